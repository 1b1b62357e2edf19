"""Events as a plain table: all that is known of them, in CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import ConfigError, MonitorError
from monitor.mistakes import unknown_name
from monitor_studies.exchange.annotation import Annotation, read_text
from monitor_studies.times import parse_seconds

COLUMNS = ("start_seconds", "end_seconds", "label", "tier", "kind", "note", "colour", "author", "made_by")


def read(path: Path) -> list[Annotation]:
    """Rows with at least `start_seconds` and `label`; times may be written 1:35.5, too. Raises MonitorError."""
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""))
    names = [name.strip() for name in rows.fieldnames or []]
    for name in ("start_seconds", "label"):
        if name not in names:
            raise MonitorError(f"{path}, line 1: no column {name!r}; its columns: {', '.join(names) or 'none'}")
    for name in names:
        if name not in COLUMNS:
            raise MonitorError(f"{path}, line 1: {unknown_name('column', name, COLUMNS)}")
    rows.fieldnames = names
    found = []
    for row in rows:
        place = f"line {rows.line_num}"
        if None in row or None in row.values():
            raise MonitorError(f"{path}, {place}: not as many values as there are columns")
        try:
            start = parse_seconds(row["start_seconds"])
            end = parse_seconds(row["end_seconds"]) if row.get("end_seconds") else None
        except ConfigError as error:
            raise MonitorError(f"{path}, {place}: {error}") from None
        kind = row.get("kind") or ("moment" if end is None else "interval")
        if kind not in ("moment", "interval", "exclude") or (kind == "moment") != (end is None):
            raise MonitorError(f"{path}, {place}: kind {kind!r} does not fit its times; moments have no end")
        found.append(
            Annotation(
                start,
                end,
                row["label"],
                row.get("tier") or "marks",
                place,
                row.get("note") or "",
                kind == "exclude",
                row.get("colour") or None,
                row.get("author") or "human",
                row.get("made_by") or "",
            )
        )
    return found


def write(path: Path, annotations: Sequence[Annotation]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for each in annotations:
            start, end = (_plain(at) for at in (each.start_seconds, each.end_seconds))
            kind = "exclude" if each.excluded else "moment" if each.end_seconds is None else "interval"
            row = (each.label, each.tier, kind, each.note, each.colour or "", each.author, each.made_by)
            writer.writerow((start, end, *row))


def _plain(seconds: float | None) -> str:
    """Seconds to a microsecond, without needless zeros; empty for None."""
    return "" if seconds is None else f"{seconds:.6f}".rstrip("0").rstrip(".")
