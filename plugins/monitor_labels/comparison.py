"""What each method of cleaning is worth on simulated workers, over many draws."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor_labels import crowd_kit
from monitor_labels.cleaning import METHODS, clean
from monitor_labels.simulation import Draw, Simulated, expected_accuracy, interval, simulate
from monitor_labels.text_file import LabelsError, read_rows
from monitor_labels.votes import Votes, read_votes

MAJORITY = "majority"


def compare(
    path: Path,
    labels: tuple[str, ...],
    *,
    usage: str | None,
    answers: Sequence[int],
    methods: Sequence[str],
    draw: str,
    pictures: int,
    workers: int,
    draws: int,
    confusions: Path | None = None,
    out: Path | None = None,
) -> dict[str, Any]:
    """Accuracy of majority and of each method, and their difference, each with its 95 per cent interval over `draws`.

    All methods see the same answers. `out`: the first draw's answers at the first number of answers, and their truth,
    are written there. Raises ConfigError for a name that is none, LabelsError for files that cannot be used.
    """
    crowd_kit.need("simulate")
    for name in methods:
        if name not in METHODS:
            raise ConfigError(unknown_name("method", name, METHODS))
    if draw not in get_args(Draw):
        raise ConfigError(unknown_name("--draw", draw, get_args(Draw)))
    if max(answers) > workers:
        raise ConfigError(f"--answers {max(answers)} needs as many different workers, and --workers says {workers}")
    votes = read_votes(path, labels, usage)
    typical = votes.confusion() if confusions is None else read_confusions(confusions, labels)
    rights: dict[tuple[int, str], list[float]] = {}
    for seed in range(draws):
        drawn = some_pictures(votes, pictures, seed)
        for count in answers:
            simulated = simulate(drawn, typical, count, workers, seed, draw)  # type: ignore[arg-type]
            if out is not None and seed == 0 and count == answers[0]:
                write(simulated, out)
            for name in dict.fromkeys([MAJORITY, *methods]):
                right = expected_accuracy(clean(simulated.answers, name), simulated.truth)
                rights.setdefault((count, name), []).append(right)
    return {
        "votes": path.name,
        "pictures": min(pictures, len(votes.pictures)),
        "workers": workers,
        "draws": draws,
        "draw": draw,
        "results": [_result(count, name, rights) for count, name in rights],
    }


def _result(count: int, name: str, rights: dict[tuple[int, str], list[float]]) -> dict[str, Any]:
    own, others = rights[count, name], rights[count, MAJORITY]
    found: dict[str, Any] = {"answers": count, "method": name, "accuracy": interval(own)}
    if name != MAJORITY:
        found["above_majority"] = interval([each - other for each, other in zip(own, others, strict=True)])
    return found


def comparison_rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of `compare` as rows of a table."""
    return [
        {
            "answers": each["answers"],
            "method": each["method"],
            "accuracy": _shown(each["accuracy"]),
            "above majority, points": _shown([100 * value for value in each["above_majority"]], 1)
            if "above_majority" in each
            else "",
        }
        for each in found["results"]
    ]


def _shown(found: Sequence[float], digits: int = 3) -> str:
    middle, low, high = (f"{each:.{digits}f}" for each in found)
    return f"{middle} ({low} to {high})"


def some_pictures(votes: Votes, count: int, seed: int) -> Votes:
    """`count` pictures drawn by chance, in their order; all where there are no more."""
    random = np.random.default_rng(seed)
    return votes.some(np.sort(random.permutation(len(votes.pictures))[:count]))


def write(simulated: Simulated, folder: Path) -> None:
    """`answers.parquet`, `truth.csv` and `workers.csv`."""
    simulated.answers.write(folder / "answers.parquet")
    for name, heading, rows in (
        ("truth.csv", ("task", "label"), simulated.truth),
        ("workers.csv", ("worker", "quality"), simulated.kinds),
    ):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(heading)
            writer.writerows(rows.items())


def read_confusions(path: Path, labels: tuple[str, ...]) -> NDArray[np.float64]:
    """(K, K): a published table of what workers answer where a label is true, its rows brought to sum to 1.

    The file has a column `truth` and one for each label; counts do as well as shares. Raises LabelsError where a row or
    column is missing or a number is none.
    """
    found = {}
    for line, row in read_rows(path, ("truth", *labels)):
        try:
            shares = np.array([float(row[label]) for label in labels])
        except ValueError:
            raise LabelsError(f"{path}, line {line}: shares must be numbers") from None
        if not (np.isfinite(shares).all() and shares.min() >= 0 < shares.sum()):
            raise LabelsError(f"{path}, line {line}: shares must be at least 0 and not all 0")
        found[row["truth"]] = shares / shares.sum()
    missing = [label for label in labels if label not in found]
    if missing:
        raise LabelsError(f"{path} has no row whose truth is {missing[0]!r}")
    return np.stack([found[label] for label in labels])
