"""The answers of workers: from what a platform exports to one table, with all that was left out and why.

The table has one row per answer, in the words of crowdsourcing: `task` (the picture), `worker`, `label`, and `seconds`
that the worker took, not a number where nobody knows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.mistakes import unknown_name
from monitor_labels import parquet_file
from monitor_labels.task import Task
from monitor_labels.text_file import LabelsError, known_label

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("task", "worker", "label", "seconds")
KIND = "monitor_labels.answers"
FEW = 10
"""Fewer answers than this say nothing about a worker."""


@dataclass(frozen=True)
class RawAnswer:
    """One answer as a platform exported it."""

    place: str
    """Where it stands: file and line."""
    task: str
    worker: str
    label: str
    seconds: str = ""
    refused: str = ""
    """Why it does not count, such as `rejected by the requester`; empty where it does."""


@dataclass(frozen=True)
class Problem:
    """Something about an answer that its readers should know."""

    place: str
    kind: str
    words: str


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers that count."""

    table: pd.DataFrame
    labels: tuple[str, ...]
    """What there was to choose from, in order; some may never have been chosen."""

    def write(self, path: Path) -> None:
        """Write the table as a Parquet file that names the labels."""
        parquet_file.write(self.table, KIND, {"labels": self.labels}, path)

    @classmethod
    def read(cls, path: Path) -> Answers:
        """The table at `path`. Raises LabelsError where it is none that `monitor labels import` wrote."""
        table, about = parquet_file.read(path, KIND, "monitor labels import")
        return cls(table, tuple(about["labels"]))


def is_answers(path: Path) -> bool:
    """Whether a Parquet file is a table of answers."""
    return parquet_file.is_kind(path, KIND)


def collect(raw: Iterable[RawAnswer], task: Task) -> tuple[Answers, list[Problem]]:
    """The answers that count, and what was wrong with the others.

    An answer counts when the platform did not refuse it, its worker is named, its picture and its label belong to the
    task, and the worker has not answered that picture before: of two answers the first counts. A time that is no number
    is left away and the answer counts. Raises LabelsError where none is left.
    """
    import pandas as pd

    pictures = set(task.pictures)
    seen: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    rows: list[tuple[str, str, str, float]] = []
    for answer in raw:
        label = known_label(answer.label, task.labels)
        fault = _fault(answer, label, pictures, task.labels)
        if fault is None and (before := seen.get((answer.worker, answer.task))) is not None:
            again = f"{answer.worker} answered {answer.task} at {before} already, which counts"
            fault = Problem(answer.place, "second answer", again)
        if fault is not None or label is None:
            problems += [fault] if fault else []
            continue
        seen[answer.worker, answer.task] = answer.place
        seconds = _seconds(answer.seconds)
        if seconds is None:
            problems.append(Problem(answer.place, "no time", f"{answer.seconds!r} is no number of seconds"))
        rows.append((answer.task, answer.worker, label, math.nan if seconds is None else seconds))
    if not rows:
        first = f"{problems[0].place}: {problems[0].words}" if problems else "there is none"
        raise LabelsError(f"no answer can be used; {first}")
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Answers(table, task.labels), problems


def _fault(answer: RawAnswer, label: str | None, pictures: set[str], labels: tuple[str, ...]) -> Problem | None:
    """Why an answer by itself does not count."""
    if answer.refused:
        return Problem(answer.place, answer.refused, f"{answer.worker} on {answer.task}")
    if not answer.worker:
        return Problem(answer.place, "no worker", f"nobody is named for the answer on {answer.task}")
    if answer.task not in pictures:
        return Problem(answer.place, "unknown picture", f"{answer.task!r} is no picture of the task")
    if not answer.label.strip():
        return Problem(answer.place, "no answer", f"{answer.worker} chose nothing for {answer.task}")
    if label is None:
        return Problem(answer.place, "unknown label", unknown_name("label", answer.label, labels))
    return None


def _seconds(text: str) -> float | None:
    """A time; not a number where none is given, None where it is something else."""
    if not text.strip():
        return math.nan
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def remarks(answers: Answers, task: Task) -> list[str]:
    """What the table as a whole gives reason to say: pictures with no or one answer, workers of one label only."""
    counts = Counter(answers.table["task"])
    said = []
    missing = [picture for picture in task.pictures if picture not in counts]
    if missing:
        said.append(f"{len(missing)} of {len(task.pictures)} pictures have no answer, {missing[0]} among them")
    single = [picture for picture, count in counts.items() if count == 1]
    if single:
        said.append(f"{len(single)} pictures have one answer only, {single[0]} among them: nothing can correct it")
    for worker, own in answers.table.groupby("worker", sort=True):
        if len(own) >= FEW and own["label"].nunique() == 1:
            said.append(f"{worker} gave all {len(own)} pictures the same label, {own['label'].iloc[0]}")
    return said
