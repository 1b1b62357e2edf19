"""The answers of one person at this machine: a CSV file in the task's folder, complete after every answer."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from monitor_labels.platforms.plain import HEADING
from monitor_labels.task import Task
from monitor_labels.text_file import LabelsError, read_rows


@dataclass
class OwnAnswers:
    """What `worker` has answered of a task, in order."""

    path: Path
    worker: str
    labels: dict[str, str] = field(default_factory=dict)
    """Picture -> label."""
    seconds: dict[str, str] = field(default_factory=dict)
    """Picture -> how long it took."""

    @classmethod
    def open(cls, folder: Path, worker: str) -> OwnAnswers:
        """The answers so far; none where the file is not there yet. Raises LabelsError for a name that cannot be part
        of a file's name, or a damaged file."""
        if not re.fullmatch(r"[\w.@ -]{1,60}", worker) or worker != worker.strip():
            raise LabelsError(f"the name {worker!r} must be 1 to 60 letters, digits, spaces or . _ @ -")
        own = cls(folder / f"answers-{worker}.csv", worker)
        if own.path.is_file() and len(own.path.read_text(encoding="utf-8").splitlines()) > 1:
            for _, row in read_rows(own.path, HEADING):
                own.labels[row["task"]] = row["label"]
                own.seconds[row["task"]] = row["seconds"]
        return own

    def next(self, task: Task) -> str | None:
        """The first picture without an answer; None: all have one."""
        return next((picture for picture in task.pictures if picture not in self.labels), None)

    def answer(self, picture: str, label: str, seconds: float) -> None:
        """Keep an answer. A second one to the same picture, as of a key pressed twice, changes nothing."""
        if picture not in self.labels:
            self.labels[picture], self.seconds[picture] = label, f"{seconds:.1f}"
            self._write()

    def take_back(self) -> None:
        """Forget the last answer, so that its picture comes again; nothing where there is none."""
        if self.labels:
            picture = next(reversed(self.labels))
            del self.labels[picture], self.seconds[picture]
            self._write()

    def _write(self) -> None:
        part = self.path.with_suffix(".part")
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(HEADING)
            writer.writerows((each, self.worker, label, self.seconds[each]) for each, label in self.labels.items())
        os.replace(part, self.path)
