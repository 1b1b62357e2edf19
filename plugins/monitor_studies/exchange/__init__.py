"""Exchange of events with the programs of annotators: one file for each format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from monitor.errors import MonitorError
from monitor_studies.exchange import boris, elan, subtitles, table, textgrid
from monitor_studies.exchange.annotation import Annotation, check, read_text

Write = Callable[[Path, Sequence[Annotation]], None]
READERS: dict[str, Callable[[Path], list[Annotation]]] = {
    ".eaf": elan.read,
    ".textgrid": textgrid.read,
    ".srt": subtitles.read,
    ".vtt": subtitles.read,
    ".boris": boris.read_project,
    ".tsv": boris.read_table,
}
WRITERS: dict[str, Write] = {
    ".eaf": elan.write,
    ".textgrid": textgrid.write,
    ".srt": subtitles.write,
    ".vtt": subtitles.write,
    ".boris": boris.write_project,
    ".tsv": boris.write_table,
    ".csv": table.write,
}


def read_annotations(path: Path) -> list[Annotation]:
    """Annotations of a file; its name's end tells the format, and of `.csv` its headings. Raises MonitorError."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        found = boris.read_table(path) if boris.is_table(read_text(path)) else table.read(path)
    elif suffix in READERS:
        found = READERS[suffix](path)
    else:
        raise MonitorError(f"{path}: {suffix or 'no'} format of annotations; known: {_known()}")
    return found


def write_annotations(path: Path, annotations: Sequence[Annotation]) -> None:
    """Write a file in the format that its name's end tells. Raises MonitorError."""
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise MonitorError(f"{path}: {path.suffix or 'no'} format of annotations; known: {_known()}")
    try:
        write(path, annotations)
    except OSError as error:
        raise MonitorError(f"{path} cannot be written: {error.strerror}") from None


def _known() -> str:
    return ", ".join(sorted(WRITERS))


__all__ = ["Annotation", "check", "read_annotations", "write_annotations"]
