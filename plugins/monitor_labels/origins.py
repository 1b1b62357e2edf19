"""Where the pictures of a task were cut out of recordings: kept as `origins.csv` in the task's folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from monitor_labels.text_file import LabelsError, read_rows

FILE = "origins.csv"


@dataclass(frozen=True)
class Origin:
    """Of one picture."""

    task: str
    """The picture, as the task names it."""
    session_id: int
    source_id: int
    seconds: float
    """Stream time."""
    subject: int | None
    """Face track; None for a whole frame."""
    analyzer: str
    """What had looked at it."""
    label: str
    """What that found most probable."""
    probability: float


def write_origins(origins: Iterable[Origin], folder: Path) -> None:
    """Write `origins.csv`."""
    with (folder / FILE).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Origin)])
        writer.writeheader()
        writer.writerows(asdict(origin) for origin in origins)


def read_origins(folder: Path) -> dict[str, Origin]:
    """Picture -> where it is from; empty for a task whose pictures came from a folder.

    Raises LabelsError, which names the line, where the file is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    found = {}
    for line, row in read_rows(path, tuple(field.name for field in fields(Origin))):
        try:
            found[row["task"]] = Origin(
                row["task"],
                int(row["session_id"]),
                int(row["source_id"]),
                float(row["seconds"]),
                int(row["subject"]) if row["subject"] else None,
                row["analyzer"],
                row["label"],
                float(row["probability"]),
            )
        except ValueError:
            raise LabelsError(f"{path}, line {line}: numbers are missing; make the task again") from None
    return found
