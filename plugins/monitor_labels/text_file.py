"""Text files of other programs, read strictly: a byte that the encoding does not have is named with its line."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from monitor.errors import MonitorError


class LabelsError(MonitorError):
    """A task, an answer file or a table of labels is missing, damaged or of another kind."""


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file; a byte order mark, where there is one, goes before `encoding`.

    Raises LabelsError where the file is missing, empty, or has bytes that the encoding does not have.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LabelsError(f"{path} cannot be read: {error.strerror}") from None
    if content.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = content.decode(encoding)
    except LookupError:
        raise LabelsError(f"--encoding {encoding} is no encoding that Python knows, such as utf-8 or cp1252") from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LabelsError(
            f"{path}, line {line}: the byte 0x{content[error.start]:02x} is not {encoding}; "
            "save the file in one encoding, or name the right one with --encoding"
        ) from None
    if not text.strip():
        raise LabelsError(f"{path} is empty")
    return text


def read_rows(path: Path, columns: tuple[str, ...], encoding: str = "utf-8") -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of every row of a CSV file; a cell that is missing is empty.

    Raises LabelsError where the file cannot be read, lacks one of `columns`, has a row of more cells than the heading,
    or no row at all.
    """
    reader = csv.DictReader(io.StringIO(read_text(path, encoding), newline=""), restval="", strict=True)
    rows = []
    try:
        for row in reader:
            if None in row:
                raise LabelsError(f"{path}, line {reader.line_num}: more cells than the heading has")
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise LabelsError(f"{path}, line {reader.reader.line_num}: {error}") from None
    for column in columns:
        if column not in (reader.fieldnames or ()):
            raise LabelsError(f"{path}: the heading lacks the column {column!r}; it has {reader.fieldnames}")
    if not rows:
        raise LabelsError(f"{path} has a heading and no row: the export is empty")
    return rows


def read_labels(path: Path, labels: tuple[str, ...]) -> dict[str, str]:
    """Picture -> label, from a CSV file with the columns `task` and `label`.

    Raises LabelsError that names the line with an unknown label, or with a picture for the second time.
    """
    from monitor.mistakes import unknown_name

    found: dict[str, str] = {}
    for line, row in read_rows(path, ("task", "label")):
        label = known_label(row["label"], labels)
        if label is None:
            raise LabelsError(f"{path}, line {line}: {unknown_name('label', row['label'], labels)}")
        if row["task"] in found:
            raise LabelsError(f"{path}, line {line}: {row['task']} stands there for the second time")
        found[row["task"]] = label
    return found


def known_label(word: str, labels: tuple[str, ...]) -> str | None:
    """The one of `labels` that `word` is, as it stands or as another word for the same emotion; None: none of them.

    >>> known_label("Happy", ("happiness", "fear")), known_label("happines", ("happiness", "fear"))
    ('happiness', None)
    """
    from monitor.emotions import emotion

    if word in labels:
        return word
    name = emotion(word)
    return name if name in labels else None
