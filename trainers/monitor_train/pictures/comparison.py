"""What comparisons of several trainings share: nothing finished is repeated, so that one that was interrupted goes on
where it was, and figures come with intervals."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError
from monitor.model.artifact import MANIFEST, Artifact
from monitor_labels.simulation import interval
from monitor_train.pictures.settings import Run

Figures = dict[str, Any]


def train_once(run: Run, train: Callable[[Run], object]) -> None:
    """Call `train(run)` unless its artifact is finished: it is when it has been measured, which is the last that
    happens to it."""
    if not (run.artifact / MANIFEST).is_file() or not Artifact.read(run.artifact).manifest.metrics:
        train(run)


def begin(path: Path, made: Figures) -> None:
    """Note with what the folder of the JSON file `path` is begun. Raises ConfigError where it was with other things."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else write_figures(path, made)
    for key in made | before:
        if made.get(key) != before.get(key):
            was, now = (reprlib.repr(each.get(key)) for each in (before, made))
            raise ConfigError(f"{path.parent} was begun with {key} {was}, not {now}; name another --out")


def measure_once(path: Path, measure: Callable[[], Figures]) -> Figures:
    """The figures in the JSON file `path`, which `measure` makes where they are not there yet."""
    if not path.is_file():
        write_figures(path, measure())
    found: Figures = json.loads(path.read_text(encoding="utf-8"))
    return found


def write_figures(path: Path, figures: Figures) -> Figures:
    """Write `figures` as JSON, and return them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return figures


def over_draws(
    runs: Sequence[Mapping[str, float]], others: Sequence[Mapping[str, float]] | None = None
) -> dict[str, list[float]]:
    """Figure -> its mean over `runs`, one of each draw, and the ends of the interval around it by Student's t.

    With `others`, one of each draw too, of what each run has more than the other of its draw.
    """
    return {
        name: list(
            interval(
                [run[name] - other.get(name, 0) for run, other in zip(runs, others or [{}] * len(runs), strict=True)]
            )
        )
        for name in runs[0]
    }


def cell(figures: Mapping[str, Any], name: str) -> str:
    """A figure, and its interval under it."""
    low, high = figures[f"{name}_interval"]
    return f"{figures[name]:.4f}\n{low:.4f} to {high:.4f}"
