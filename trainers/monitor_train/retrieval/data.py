"""The pictures of a set with their emotions, in three splits.

The splits are those of the scenes: by `split.csv`, by folders, or a fifth for the test and a tenth of the rest for the
validation; but where chance decides, every emotion is split in proportion.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from monitor_train.retrieval.layouts import LAYOUTS, ORDER
from monitor_train.scene.data import GIVEN, Scenes, listed_splits, splits_of_folders
from monitor_train.splits import DataError, Split


def read(data: Path, layout: str) -> dict[Split, Scenes]:
    """The three splits of a picture set. Raises DataError that names the file, emotion or split that is wrong."""
    pairs = sorted(LAYOUTS[layout](data))
    for (name, _), (following, _) in pairwise(pairs):
        if name == following:
            raise DataError(f"{data}: {name} is listed twice")
    known = Scenes(data, tuple(name for name, _ in pairs), tuple(each for _, each in pairs))
    path = data / GIVEN
    splits = listed_splits(path, known) if path.is_file() else splits_of_folders(known)
    if splits is None:
        splits = np.full(len(known), "train", "<U5")
        splits[drawn(np.arange(len(known)), known, 0.2)] = "test"
    if "valid" not in splits:
        splits[drawn(np.flatnonzero(splits == "train"), known, 0.1)] = "valid"
    found = {split: known.some(np.flatnonzero(splits == split)) for split in get_args(Split)}
    for split, scenes in found.items():
        if len(set(scenes.classes)) < 2:
            raise DataError(f"{data}: the {split} split has {len(set(scenes.classes))} emotions; it needs two or more")
    return found


def drawn(among: NDArray[np.int64], known: Scenes, share: float) -> NDArray[np.int64]:
    """A `share` of the pictures `among`, by chance that is always the same."""
    try:
        classes = [known.classes[row] for row in among]
        _, chosen = train_test_split(among, test_size=share, random_state=0, stratify=classes)
    except ValueError as error:
        raise DataError(f"{known.folder}: too few pictures to split ({error})") from None
    return np.asarray(chosen)


def emotions_of(train: Scenes, least: int) -> tuple[str, ...]:
    """The emotions of training pictures, those of Mikels first. Raises DataError where one has not `least` of them."""
    counts = Counter(train.classes)
    for emotion, count in sorted(counts.items()):
        if count < least:
            raise DataError(
                f"{train.folder}: {emotion} has {count} training pictures, and every batch needs {least} of them; "
                "add some, or take that emotion away"
            )
    return tuple(each for each in ORDER if each in counts)


def numbers(scenes: Scenes, emotions: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of each picture's emotion among `emotions`, (N,). Raises DataError for one that is not there."""
    for each in sorted(set(scenes.classes) - set(emotions)):
        raise DataError(f"{scenes.folder} has pictures of {each}, which is not among {', '.join(emotions)}")
    return np.array([emotions.index(each) for each in scenes.classes], np.int64)
