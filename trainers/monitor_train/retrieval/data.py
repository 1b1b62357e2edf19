"""The pictures of a set with their emotions, in three splits."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from monitor_train.pictures.data import LabelledPictures, read_splits
from monitor_train.pictures.splits import DataError, DataSet, Split
from monitor_train.retrieval.layouts import LAYOUTS, ORDER


def read(source: DataSet) -> dict[Split, LabelledPictures]:
    """The three splits of a picture set. Raises DataError that names the file, emotion or split that is wrong."""
    found = read_splits(source.data, LAYOUTS[source.format](source.data), stratum=lambda emotion: emotion)
    for split, pictures in found.items():
        emotions = len(set(pictures.classes))
        if emotions < 2:
            raise DataError(f"{source.data}: the {split} split has {emotions} emotions; it needs two or more")
    return found


def emotions_of(train: LabelledPictures, least: int) -> tuple[str, ...]:
    """The emotions of training pictures, those of Mikels first. Raises DataError where one has not `least` of them."""
    counts = Counter(train.classes)
    for emotion, count in sorted(counts.items()):
        if count < least:
            raise DataError(
                f"{train.folder}: {emotion} has {count} training pictures, and every batch needs {least} of them; "
                "add some, or take that emotion away"
            )
    return tuple(each for each in ORDER if each in counts)


def numbers(pictures: LabelledPictures, emotions: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of each picture's emotion among `emotions`, (N,). Raises DataError for one that is not there."""
    for each in sorted(set(pictures.classes) - set(emotions)):
        raise DataError(f"{pictures.folder} has pictures of {each}, which is not among {', '.join(emotions)}")
    return np.array([emotions.index(each) for each in pictures.classes], np.int64)
