"""Which observations of a recording are worth a person's label: at random, by uncertainty, or by novelty.

* `uncertainty`: the two most probable labels are nearly as probable (margin sampling: Scheffer, Decomain and Wrobel,
  "Active hidden Markov models for information extraction", 2001).
* `novelty`: its probabilities are least like those of all chosen before it (farthest first: Gonzalez, "Clustering to
  minimize the maximum intercluster distance", 1985), so that everything the analyzer ever says is looked at.
* `random`: every observation alike; the only choice whose labels also tell how good the analyzer is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


class By(StrEnum):
    """How observations are chosen."""

    UNCERTAINTY = "uncertainty"
    NOVELTY = "novelty"
    RANDOM = "random"


def chosen(seen: pd.DataFrame, labels: Sequence[str], by: By, gap_seconds: float = 0.0, seed: int = 0) -> Iterator[int]:
    """Numbers of rows of `seen`, the most worthwhile first, none of one subject within `gap_seconds` of another.

    `seen` has the columns source_id, subject (missing: the whole frame), seconds, and the probability of each label.
    """
    scores = seen[list(labels)].to_numpy(np.float64)
    places = seen[["source_id", "subject"]].fillna(-1).to_numpy(np.int64)
    seconds = seen["seconds"].to_numpy(np.float64)
    worth = _worth(scores, by, seed)
    free = np.ones(len(seen), np.bool_)
    nearest = np.full(len(seen), np.inf)  # distance to what was chosen
    while free.any():
        row = int(np.where(free, worth, -np.inf).argmax())
        free &= (places != places[row]).any(axis=1) | (abs(seconds - seconds[row]) >= gap_seconds)
        free[row] = False
        if by is By.NOVELTY:
            worth = nearest = np.minimum(nearest, np.linalg.norm(scores - scores[row], axis=1))
        yield row


def _worth(scores: NDArray[np.float64], by: By, seed: int) -> NDArray[np.float64]:
    """How worthwhile each row of probabilities (N, K) is before anything is chosen, (N,)."""
    if by is By.RANDOM:
        return np.random.default_rng(seed).random(len(scores))
    if by is By.NOVELTY:
        return np.asarray(np.linalg.norm(scores - scores.mean(axis=0), axis=1))
    highest = np.sort(scores, axis=1)
    return np.asarray(highest[:, -2] - highest[:, -1])
