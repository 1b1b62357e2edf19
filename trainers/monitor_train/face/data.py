"""Labelled faces of a data set, the same for every layout on disk."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor_train.pictures.splits import DataError, Split


@dataclass(frozen=True)
class Faces:
    """The faces of one split: N pictures, K classes."""

    names: tuple[str, ...]
    """The K classes, in the order of the columns of `votes`."""
    files: tuple[Path, ...]
    votes: NDArray[np.float32]
    """(N, K): the share of each class among the votes; rows sum to 1, one-hot where the set has single labels."""
    labels: NDArray[np.int64]
    """(N,): the class with most votes."""
    majority: NDArray[np.bool_]
    """(N,): that class has more than half of all votes; everywhere true where the set has single labels."""
    landmarks: NDArray[np.float32] | None = None
    """(N, 37, 2) in fractions of the picture, which is aligned already; not a number in the rows of faces without
    landmarks. None: the pictures are not aligned and their landmarks come from the face mesh."""
    duplicates_left_out: int = 0
    unusable: int = 0
    """Pictures not used because the votes say that they show none of the classes."""

    def __len__(self) -> int:
        return len(self.files)

    def some(self, rows: Sequence[int] | NDArray[np.integer[Any]]) -> Faces:
        """The faces at `rows`, in that order."""
        chosen = np.asarray(rows, np.int64)
        return replace(
            self,
            files=tuple(self.files[row] for row in chosen),
            votes=self.votes[chosen],
            labels=self.labels[chosen],
            majority=self.majority[chosen],
            landmarks=None if self.landmarks is None else self.landmarks[chosen],
        )


def single_labels(
    names: tuple[str, ...],
    files: Sequence[Path],
    labels: Sequence[int],
    where: str,
    landmarks: NDArray[np.float32] | None = None,
) -> Faces:
    """Faces with one label each. Raises DataError, which speaks of `where`, for a class without a picture."""
    counts = Counter(labels)
    empty = [name for label, name in enumerate(names) if not counts[label]]
    if empty:
        raise DataError(f"{where}: no picture of the class {empty[0]!r}; every class needs at least one in every split")
    table = np.array(labels, np.int64)
    votes = np.eye(len(names), dtype=np.float32)[table]
    return Faces(names, tuple(files), votes, table, np.ones(len(table), np.bool_), landmarks)


def split_rows(split: Split, names: Sequence[str], labels: Sequence[int], *, tested: bool) -> list[int]:
    """Rows of one split of pictures that come without it: a tenth of every class validates, and another tenth is the
    test unless they are `tested` on other pictures."""
    parts = tenths(names, labels)
    chosen = {"valid": parts == 0, "test": parts == 1, "train": parts > (0 if tested else 1)}[split]
    return [int(row) for row in np.flatnonzero(chosen)]


def tenths(names: Sequence[str], labels: Sequence[int]) -> NDArray[np.int64]:
    """(N,): in which of ten parts, 0 to 9, each picture falls, for sets that come without a split of their own.

    The pictures of each class are ordered by the SHA-256 digest of their names and dealt to the parts in turn. So a
    picture falls in the same part on every machine and in every order, and the parts differ by at most one picture of
    each class, the first parts being the larger ones.
    """
    digests = [hashlib.sha256(name.encode()).digest() for name in names]
    parts = np.empty(len(names), np.int64)
    dealt: Counter[int] = Counter()
    for index in sorted(range(len(names)), key=digests.__getitem__):
        parts[index] = dealt[labels[index]] % 10
        dealt[labels[index]] += 1
    return parts
