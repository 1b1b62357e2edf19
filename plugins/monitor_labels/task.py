"""What workers are asked: which pictures, and which labels they choose from. Kept as `task.json` in the task's folder.

A picture is known by its path below the folder of pictures, with forward slashes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from monitor.emotions import SEVEN
from monitor.sources.pictures import SUFFIXES, natural_order
from monitor_labels.text_file import LabelsError, read_text

FILE = "task.json"
QUESTION = "emotion"
"""Name of the question on the platforms, and so of the column or key in which the answers come back."""
KEYS = "1234567890"
"""Of the keyboard, for the labels in their order."""


@dataclass(frozen=True)
class Task:
    """Pictures to label."""

    platform: str
    pictures_folder: str
    labels: tuple[str, ...]
    pictures: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write `task.json`; the folder is made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Task:
        """The task in `folder`. Raises LabelsError where there is none."""
        path = folder / FILE
        if not path.is_file():
            raise LabelsError(f"{path} is missing: {folder} is no folder that `monitor labels task` wrote")
        try:
            content = json.loads(read_text(path))
            return cls(
                content["platform"],
                content["pictures_folder"],
                tuple(content["labels"]),
                tuple(content["pictures"]),
            )
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise LabelsError(f"{path} is damaged ({error}); make the task again") from None


def make_task(folder: Path, platform: str, labels: Sequence[str] = SEVEN) -> Task:
    """The task of labelling all pictures in a folder and in the folders inside it, in natural order.

    Raises LabelsError where there is no picture, or where the labels cannot be those of a task.
    """
    return Task(platform, str(folder.resolve()), task_labels(labels), pictures_below(folder))


def task_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels of a task. Raises LabelsError where they are fewer than two, more than the keyboard has digits, or the
    same twice."""
    chosen = tuple(label.strip() for label in labels)
    if not 2 <= len(chosen) <= len(KEYS) or len(set(chosen)) < len(chosen) or "" in chosen:
        raise LabelsError(f"--labels must be 2 to {len(KEYS)} different words, not {','.join(chosen)!r}")
    return chosen


def pictures_below(folder: Path) -> tuple[str, ...]:
    """Names of the pictures in a folder and below, hidden ones left out. Raises LabelsError where there is none."""
    if not folder.is_dir():
        raise LabelsError(f"{folder} is not a folder of pictures")
    found = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise LabelsError(f"{folder} holds no picture ({', '.join(sorted(SUFFIXES))})")
    return tuple(sorted(found, key=natural_order))
