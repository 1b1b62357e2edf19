"""Plain CSV: a list of pictures out, and `task,worker,label` with an optional `seconds` back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from monitor_labels.answers import RawAnswer
from monitor_labels.task import Task
from monitor_labels.text_file import read_rows

HEADING = ("task", "worker", "label", "seconds")


def write(task: Task, folder: Path) -> list[Path]:
    """`tasks.csv`: a line for each picture, for a spreadsheet."""
    path = folder / "tasks.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        writer.writerows((picture, "", "", "") for picture in task.pictures)
    return [path]


def read(path: Path, encoding: str) -> Iterator[RawAnswer]:
    """The answers in a file. Raises LabelsError where a column is missing."""
    for line, row in read_rows(path, HEADING[:3], encoding):
        words = (row["task"], row["worker"].strip(), row["label"], row.get("seconds", ""))
        yield RawAnswer(f"{path.name}, line {line}", *words)
