"""Pictures on which many people voted, such as FER+'s: what most of them saw, and what they take for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.emotions import emotion
from monitor_labels.text_file import LabelsError, read_rows

NAMES = ("task", "Image name")
"""Column with the picture's name, here or in FER+."""


@dataclass(frozen=True, eq=False)
class Votes:
    """Of N pictures for K labels."""

    pictures: tuple[str, ...]
    labels: tuple[str, ...]
    counts: NDArray[np.float64]
    """(N, K)"""

    @property
    def truth(self) -> NDArray[np.int64]:
        """(N,): the label with most votes."""
        return np.asarray(self.counts.argmax(axis=1))

    def confusion(self) -> NDArray[np.float64]:
        """(K, K): how often one vote is for each label (columns) where most are for another (rows); rows sum to 1."""
        sums = np.stack([self.counts[self.truth == label].sum(axis=0) for label in range(len(self.labels))])
        return np.asarray(sums / sums.sum(axis=1, keepdims=True))

    def some(self, rows: NDArray[np.int64]) -> Votes:
        """The pictures at `rows`."""
        return Votes(tuple(self.pictures[row] for row in rows), self.labels, self.counts[rows])


def read_votes(path: Path, labels: Sequence[str], usage: str | None = None) -> Votes:
    """The pictures of a CSV file of votes on which more than half of all votes, those for other things too, agree on
    one of `labels`; with `usage`, only the rows that FER+ gives this `Usage`.

    A picture's votes for other things than `labels` are left out. Raises LabelsError where a column is missing, a vote
    is no number, or a label has no picture.
    """
    rows = read_rows(path, ())
    heading = list(rows[0][1])
    name = next((each for each in NAMES if each in heading), None)
    columns = {emotion(each) or each: each for each in heading}
    missing = [label for label in labels if label not in columns]
    if name is None or missing:
        raise LabelsError(f"{path}: the heading lacks {missing[0] if missing else ' or '.join(NAMES)}")
    voted = [each for each in heading if each not in (*NAMES, "Usage")]
    pictures, counts = [], []
    for line, row in rows:
        if not row[name] or (usage is not None and row.get("Usage") != usage):
            continue
        try:
            every = sum(int(row[each]) for each in voted)
            own = [int(row[columns[label]]) for label in labels]
        except ValueError:
            raise LabelsError(f"{path}, line {line}: votes must be whole numbers") from None
        if 2 * max(own) > every > 0:
            pictures.append(row[name])
            counts.append(own)
    found = Votes(tuple(pictures), tuple(labels), np.array(counts, np.float64).reshape(-1, len(labels)))
    empty = [label for index, label in enumerate(labels) if index not in found.truth]
    if empty:
        raise LabelsError(f"{path}: on no picture do most votes agree on {empty[0]!r}")
    return found
