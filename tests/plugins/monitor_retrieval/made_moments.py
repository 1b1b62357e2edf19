"""Moments whose vectors are angles on a circle, so that every distance can be computed by hand."""

from __future__ import annotations

import math
from functools import cache

import cv2
import numpy as np

from monitor_retrieval.moment import Moment

LABELS = ("amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness")
MODEL = "made up 1 0123456789ab"


def at_angle(
    degrees: float, seconds: float = 0.0, session: int = 1, source: str = "talk.mp4", **more: object
) -> Moment:
    """A moment at that angle: two of them are 1 - cos(difference) apart. It looks like its angle, from black to white.

    Its awe grows with the angle, from 0 to 1 at 180 degrees; the rest is contentment.
    """
    awe = degrees / 180
    scores = dict.fromkeys(LABELS, 0.0) | {"awe": awe, "contentment": 1 - awe}
    vector = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))], np.float32)
    facts = {"thumbnail": grey(round(degrees)), "novelty": degrees / 180} | more
    return Moment(vector, session, source, seconds, scores, **facts)  # type: ignore[arg-type]


def cosine_distance(one: float, other: float) -> float:
    """Of two angles in degrees."""
    return 1 - math.cos(math.radians(one - other))


@cache
def grey(level: int) -> bytes:
    """A small JPEG."""
    return cv2.imencode(".jpg", np.full((45, 80, 3), level % 256, np.uint8))[1].tobytes()
