"""The positive and negative pictures of a set, in three splits.

A file `split.csv` beside the pictures, with the columns `path` and `split` (train, valid, test), says which picture
belongs where, or folders train, valid and test do. Where nothing does, a fifth of the pictures is the test set; where
no picture is marked valid, a tenth of the training pictures is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from monitor.explain import unknown_name
from monitor.sources.pictures import read_rgb
from monitor_train.scene.layouts import LAYOUTS, POSITIVE, rows
from monitor_train.splits import SPLITS, DataError, Split

GIVEN = "split.csv"


@dataclass(frozen=True)
class Scenes:
    """The pictures of one split."""

    folder: Path
    names: tuple[str, ...]
    """Paths below `folder`, with forward slashes, in order; tables of probabilities know pictures by them."""
    classes: tuple[str, ...]
    """What each picture was labelled as: an emotion, or a polarity."""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """(N,): whether a picture is positive."""
        return np.array([each in POSITIVE for each in self.classes])

    def read(self, index: int) -> NDArray[np.uint8]:
        """One picture, RGB uint8 (H, W, 3). Raises DataError where it cannot be read."""
        return read_picture(self.folder / self.names[index])

    def some(self, rows: Iterable[int]) -> Scenes:
        """The pictures at `rows`."""
        chosen = list(rows)
        return Scenes(self.folder, tuple(self.names[r] for r in chosen), tuple(self.classes[r] for r in chosen))


def read(data: Path, layout: str) -> dict[Split, Scenes]:
    """The three splits of a picture set. Raises DataError that names the file, class or split that is wrong."""
    pairs = sorted(LAYOUTS[layout](data))
    for (name, _), (following, _) in pairwise(pairs):
        if name == following:
            raise DataError(f"{data}: {name} is listed twice")
    known = Scenes(data, tuple(name for name, _ in pairs), tuple(each for _, each in pairs))
    path = data / GIVEN
    splits = listed_splits(path, known) if path.is_file() else splits_of_folders(known)
    if splits is None:
        splits = random_splits(known)
    if "valid" not in splits:
        splits[drawn(np.flatnonzero(splits == "train"), known, 0.1)] = "valid"
    found = {split: known.some(np.flatnonzero(splits == split)) for split in get_args(Split)}
    for split, scenes in found.items():
        for word, polarity in (("positive", True), ("negative", False)):
            if polarity not in scenes.positive:
                raise DataError(f"{data}: the {split} split has no {word} picture")
    return found


def listed_splits(path: Path, known: Scenes) -> NDArray[np.str_]:
    """The split of each picture as `split.csv` has it. Raises DataError where they do not name the same pictures."""
    marks = {}
    for number, row in rows(path, ("path", "split")):
        if row["split"] not in SPLITS:
            raise DataError(f"{path}, line {number}: {unknown_name('split', row['split'], SPLITS)}")
        marks[row["path"]] = SPLITS[row["split"]]
    for name in known.names:
        if name not in marks:
            raise DataError(f"{known.folder / name} stands in no line of {path}; add it, or take the picture away")
    missing = set(marks) - set(known.names)
    if missing:
        raise DataError(f"{path} names {len(missing)} pictures that are not there, {min(missing)} among them")
    return np.array([marks[name] for name in known.names])


def splits_of_folders(known: Scenes) -> NDArray[np.str_] | None:
    """The split of each picture where the pictures lie in folders of that name, else None."""
    first = [name.split("/")[0] for name in known.names]
    return np.array([SPLITS[each] for each in first]) if set(first) <= set(SPLITS) else None


def random_splits(known: Scenes) -> NDArray[np.str_]:
    """Four fifths to train on and one fifth to test, the same every time, both polarities in proportion."""
    splits = np.full(len(known), "train", "<U5")
    splits[drawn(np.arange(len(known)), known, 0.2)] = "test"
    return splits


def drawn(among: NDArray[np.int64], known: Scenes, share: float) -> NDArray[np.int64]:
    """A `share` of the pictures `among`, by chance that is always the same."""
    polarity = known.positive[among]
    try:
        _, chosen = train_test_split(among, test_size=share, random_state=0, stratify=polarity)
    except ValueError as error:
        raise DataError(f"{known.folder}: too few pictures to split ({error})") from None
    return np.asarray(chosen)


def read_picture(file: Path) -> NDArray[np.uint8]:
    """The picture as the running monitor reads it, RGB uint8 (H, W, 3). Raises DataError where it cannot be read."""
    try:
        return read_rgb(file)
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"{file} is not a picture that can be read ({error})") from None
