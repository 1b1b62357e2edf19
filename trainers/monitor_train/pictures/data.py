"""The pictures of a set with their classes, in three splits.

A file `split.csv` beside the pictures, with the columns `path` and `split` (train, valid, test), says which picture
belongs where, or folders train, valid and test do. Where nothing does, a fifth of the pictures is the test set; where
no picture is marked valid, a tenth of the training pictures is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from monitor.mistakes import unknown_name
from monitor_train.pictures.layouts import read_picture, rows
from monitor_train.pictures.splits import SPLITS, DataError, Split

SPLIT_LIST = "split.csv"


@dataclass(frozen=True)
class LabelledPictures:
    """The pictures of one split."""

    folder: Path
    names: tuple[str, ...]
    """Paths below `folder`, with forward slashes, in order; tables of probabilities know pictures by them."""
    classes: tuple[str, ...]
    """What each picture was labelled as."""

    def __len__(self) -> int:
        return len(self.names)

    def read(self, index: int) -> NDArray[np.uint8]:
        """One picture, RGB uint8 (H, W, 3). Raises DataError where it cannot be read."""
        return read_picture(self.folder / self.names[index])

    def some(self, rows: Iterable[int]) -> LabelledPictures:
        """The pictures at `rows`."""
        chosen = list(rows)
        return LabelledPictures(
            self.folder, tuple(self.names[r] for r in chosen), tuple(self.classes[r] for r in chosen)
        )


def read_splits(
    data: Path, labelled: Iterable[tuple[str, str]], stratum: Callable[[str], str]
) -> dict[Split, LabelledPictures]:
    """The three splits of the pictures below `data`, `labelled` as (path, class).

    Where chance decides, each `stratum` of the classes is split in proportion. Raises DataError that names the file or
    split that is wrong.
    """
    pairs = sorted(labelled)
    for (name, _), (following, _) in pairwise(pairs):
        if name == following:
            raise DataError(f"{data}: {name} is listed twice")
    known = LabelledPictures(data, tuple(name for name, _ in pairs), tuple(each for _, each in pairs))
    path = data / SPLIT_LIST
    splits = listed_splits(path, known) if path.is_file() else splits_of_folders(known)
    if splits is None:
        splits = np.full(len(known), "train", "<U5")
        splits[drawn(np.arange(len(known)), known, 0.2, stratum)] = "test"
    if "valid" not in splits:
        splits[drawn(np.flatnonzero(splits == "train"), known, 0.1, stratum)] = "valid"
    return {split: known.some(np.flatnonzero(splits == split)) for split in get_args(Split)}


def listed_splits(path: Path, known: LabelledPictures) -> NDArray[np.str_]:
    """The split of each picture as `split.csv` has it. Raises DataError where they do not name the same pictures."""
    marks = {}
    for number, row in rows(path, ("path", "split")):
        if row["split"] not in SPLITS:
            raise DataError(f"{path}, line {number}: {unknown_name('split', row['split'], SPLITS)}")
        marks[row["path"]] = SPLITS[row["split"]]
    for name in known.names:
        if name not in marks:
            raise DataError(f"{known.folder / name} is not listed in {path}; add a line for it, or move it away")
    missing = set(marks) - set(known.names)
    if missing:
        raise DataError(f"{path} names {len(missing)} pictures that are not there, {min(missing)} among them")
    return np.array([marks[name] for name in known.names])


def splits_of_folders(known: LabelledPictures) -> NDArray[np.str_] | None:
    """The split of each picture where the pictures lie in folders of that name, else None."""
    first = [name.split("/")[0] for name in known.names]
    return np.array([SPLITS[each] for each in first]) if set(first) <= set(SPLITS) else None


def drawn(
    among: NDArray[np.int64], known: LabelledPictures, share: float, stratum: Callable[[str], str]
) -> NDArray[np.int64]:
    """A `share` of the pictures `among`, by chance that is always the same, of each stratum in proportion."""
    try:
        strata = [stratum(known.classes[row]) for row in among]
        _, chosen = train_test_split(among, test_size=share, random_state=0, stratify=strata)
    except ValueError as error:
        raise DataError(f"{known.folder}: too few pictures to split ({error})") from None
    return np.asarray(chosen)
