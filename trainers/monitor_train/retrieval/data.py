"""Emotions of the pictures of a set, by number."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from monitor_train.scene.data import Scenes
from monitor_train.scene.layouts import EKMAN, MIKELS
from monitor_train.splits import DataError, Split

ORDER = (*MIKELS, *(each for each in EKMAN if each not in MIKELS))
"""In which a network has its emotions."""


def emotions_of(splits: dict[Split, Scenes], least: int) -> tuple[str, ...]:
    """The emotions of a set, those of Mikels first. Raises DataError where one has not `least` training pictures."""
    counts = Counter(splits["train"].classes)
    known = {each for scenes in splits.values() for each in scenes.classes}
    folder = splits["train"].folder
    for emotion in sorted(known):
        if emotion not in ORDER:
            raise DataError(f"{folder}: {emotion!r} is no emotion; known: {', '.join(ORDER)}")
        if counts[emotion] < least:
            raise DataError(
                f"{folder}: {emotion} has {counts[emotion]} training pictures, and every batch needs {least} of them; "
                "add some, or take that emotion away"
            )
    return tuple(each for each in ORDER if each in known)


def numbers(scenes: Scenes, emotions: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of each picture's emotion among `emotions`, (N,)."""
    for each in set(scenes.classes) - set(emotions):
        raise DataError(f"{scenes.folder} has pictures of {each}, which is not among {', '.join(emotions)}")
    return np.array([emotions.index(each) for each in scenes.classes], np.int64)
