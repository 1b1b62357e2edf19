"""The positive and negative pictures of a set, in three splits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor_train.pictures.data import LabelledPictures, read_splits
from monitor_train.pictures.layouts import LAYOUTS, POSITIVE
from monitor_train.pictures.splits import DataError, DataSet, Split


def read(source: DataSet) -> dict[Split, LabelledPictures]:
    """The three splits of a picture set. Raises DataError that names the file, class or split that is wrong."""
    found = read_splits(source.data, LAYOUTS[source.format](source.data), polarity)
    for split, pictures in found.items():
        for word in ("positive", "negative"):
            if word not in map(polarity, pictures.classes):
                raise DataError(f"{source.data}: the {split} split has no {word} picture")
    return found


def polarity(name: str) -> str:
    """What an emotion, or a polarity itself, counts as."""
    return "positive" if name in POSITIVE else "negative"


def is_positive(pictures: LabelledPictures) -> NDArray[np.bool_]:
    """(N,): whether a picture is labelled as positive."""
    return np.array([each in POSITIVE for each in pictures.classes])
