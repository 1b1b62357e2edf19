"""Workers of known quality who answer about real pictures, to see what a method of cleaning is worth.

What a typical worker takes for what is the confusion of real people's votes. Of every twenty workers ten are typical,
five careful, three hasty and two do not look at all. Answers are drawn in one of two ways:

* `labels`: by the picture's true label and the worker alone. So Dawid and Skene's model holds exactly.
* `votes`: by what real people said of that very picture, and the worker. So workers err together on hard pictures, as
  real ones do, which the model does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from monitor_labels.answers import COLUMNS, Answers
from monitor_labels.votes import Votes

if TYPE_CHECKING:
    from monitor_labels.cleaning import Cleaned

Kind = Literal["typical", "careful", "hasty", "spammer"]
Draw = Literal["labels", "votes"]
POOL: tuple[Kind, ...] = ("typical",) * 10 + ("careful",) * 5 + ("hasty",) * 3 + ("spammer",) * 2
"""Quality of twenty workers; more workers are of these in turn."""
CAREFUL = 2.0
"""A careful worker answers as if shares were raised to this power: the likeliest more often."""
HASTY = 0.5
"""Share of a hasty worker's answers that are given without looking, any label alike."""


@dataclass(frozen=True, eq=False)
class Simulated:
    """Answers whose truth is known."""

    answers: Answers
    truth: dict[str, str]
    kinds: dict[str, Kind]
    """Worker -> quality."""


def simulate(
    votes: Votes, typical: NDArray[np.float64], per_picture: int, workers: int, seed: int, draw: Draw = "labels"
) -> Simulated:
    """`per_picture` answers about each picture by different workers of `workers`.

    `typical` (K, K): what a typical worker answers (columns) where a label is true (rows).
    """
    import pandas as pd

    random = np.random.default_rng(seed)
    kinds = [POOL[number % len(POOL)] for number in range(workers)]
    names = [f"worker-{number + 1:03d}" for number in range(workers)]
    spam = random.integers(0, len(votes.labels), workers)
    seen = typical[votes.truth] if draw == "labels" else votes.counts / votes.counts.sum(axis=1, keepdims=True)
    rows = []
    for picture, name in enumerate(votes.pictures):
        for worker in random.choice(workers, per_picture, replace=False):
            shares = answer_shares(seen[picture], kinds[worker], int(spam[worker]))
            label = votes.labels[random.choice(len(shares), p=shares)]
            rows.append((name, names[worker], label, np.nan))
    truth = {name: votes.labels[label] for name, label in zip(votes.pictures, votes.truth, strict=True)}
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Simulated(Answers(table, votes.labels), truth, dict(zip(names, kinds, strict=True)))


def answer_shares(typical: NDArray[np.float64], kind: Kind, spam: int) -> NDArray[np.float64]:
    """How likely each label is a worker's answer, (K,), where a typical worker's shares are `typical` (K,).

    `spam`: the label that a spammer always gives.
    """
    if kind == "spammer":
        return np.asarray(np.eye(len(typical))[spam])
    if kind == "careful":
        powers = typical**CAREFUL
        return np.asarray(powers / powers.sum())
    if kind == "hasty":
        return np.asarray((1 - HASTY) * typical + HASTY / len(typical))
    return typical


def expected_accuracy(cleaned: Cleaned, truth: dict[str, str]) -> float:
    """The share of pictures whose most probable label is true; of several that are equally probable, one by chance."""
    probabilities = cleaned.table[list(cleaned.labels)].to_numpy()
    highest = np.isclose(probabilities, probabilities.max(axis=1, keepdims=True), rtol=0, atol=1e-9)
    places = [cleaned.labels.index(truth[task]) for task in cleaned.table["task"]]
    return float((highest[np.arange(len(places)), places] / highest.sum(axis=1)).mean())


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of independent draws, and its 95 per cent interval by Student's t."""
    from scipy import stats

    found = np.asarray(values)
    half = stats.t.ppf(0.975, len(found) - 1) * found.std(ddof=1) / np.sqrt(len(found))
    return float(found.mean()), float(found.mean() - half), float(found.mean() + half)
