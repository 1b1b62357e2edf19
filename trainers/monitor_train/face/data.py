"""Labelled faces of a data set, the same for every layout on disk that `--format` knows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.explain import unknown_name
from monitor_train.splits import DataError, Split

Format = Literal["ferplus", "rafdb", "folders"]


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


def read(data: Path, format: Format, split: Split) -> Faces:
    """The faces of one split. Raises DataError that names the file, and the line or picture, that is wrong."""
    from monitor_train.face import ferplus, rafdb
    from monitor_train.face import folders as face_folders  # here, because they import what stands above

    readers = {"ferplus": ferplus.read, "rafdb": rafdb.read, "folders": face_folders.read}
    if format not in readers:
        raise DataError(unknown_name("data format", format, readers))
    return readers[format](data, split)


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


def read_picture(file: Path) -> NDArray[np.uint8]:
    """The picture as RGB, uint8 (H, W, 3). Raises DataError where it cannot be read."""
    picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if picture is None:
        raise DataError(f"{file} is not a picture that OpenCV can read")
    return np.ascontiguousarray(picture[:, :, ::-1])
