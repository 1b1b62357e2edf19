"""How far emotions lie apart on Mikels' wheel.

The wheel puts the eight emotions of Mikels et al. ("Emotional category data on images from the International Affective
Picture System", 2005) in a ring, the positive ones in one half and the negative ones in the other (Zhao et al.,
"Predicting personalized emotion perceptions of social images", 2016; Yang et al. 2018, section "Introduction", name
them in this order). Fear stands beside excitement, and anger beside amusement.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor_train.pictures.layouts import POSITIVE

WHEEL = ("amusement", "contentment", "awe", "excitement", "fear", "sadness", "disgust", "anger")
"""In order around the ring; the last stands beside the first."""
FARTHEST = len(WHEEL) // 2


def steps(one: str, other: str) -> int:
    """How many steps along the wheel lead from one emotion to the other, 0 to 4.

    Emotions that are not on it, such as joy and surprise, are one step from the others of their polarity and as far as
    possible from those of the opposite one.
    """
    if one == other:
        return 0
    if one not in WHEEL or other not in WHEEL:
        return 1 if polarity(one) == polarity(other) else FARTHEST
    apart = abs(WHEEL.index(one) - WHEEL.index(other))
    return min(apart, len(WHEEL) - apart)


def polarity(emotion: str) -> bool:
    """Whether an emotion is positive."""
    return emotion in POSITIVE


def distances(emotions: Sequence[str]) -> NDArray[np.float32]:
    """dis of every pair: 1 and the steps between them, (emotions, emotions)."""
    return np.array([[1 + steps(one, other) for other in emotions] for one in emotions], np.float32)


def polarities(emotions: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each is positive, (emotions,)."""
    return np.array([polarity(each) for each in emotions])
