"""Eyes, mouth and brows of a face in the head frame, as numbers.

All take `face`, a mesh (478, 3) as `monitor_people.head_frame.in_head_frame` gives it.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitor_people.head_pose import mean_face

Points = NDArray[np.float64]

EYES = np.array([(33, 160, 158, 133, 153, 144), (263, 387, 385, 362, 380, 373)])
"""(2, 6): six points around each eye: outer corner, two on the upper lid, inner corner, two on the lower lid."""
IRISES = np.array([(468, 469, 470, 471, 472), (473, 474, 475, 476, 477)])
"""(2, 5): the middle and the rim of each iris; with EYES in the same order."""
EYEBALL_RADIUS = 0.135
"""12 mm, in distances of the outer eye corners (89 mm)."""
MOUTH_CORNERS = [61, 291]
LIPS = [0, 17, 13, 14]
"""Upper, lower, inner upper and inner lower middle."""
INNER_LIPS = [13, 14]
BROWS = np.array([(70, 63, 105, 66, 107), (300, 293, 334, 296, 336)])
"""(2, 5): five along the upper edge of each brow, from outside to inside."""
MOST_GAZE = 60.0
"""Degrees: an eye turns no further."""


def eye_opening(face: Points) -> float:
    """Height of the eyes by their width, mean of both: the eye aspect ratio of Soukupova and Cech, "Real-time eye blink
    detection using facial landmarks", 2016, equation 1; about 0.05 closed, 0.3 open."""
    eyes = face[EYES]
    heights = _lengths(eyes[:, 1] - eyes[:, 5]) + _lengths(eyes[:, 2] - eyes[:, 4])
    widths = _lengths(eyes[:, 0] - eyes[:, 3])
    return float((heights / np.maximum(2 * widths, 1e-9)).sum()) / 2


def mouth_opening(face: Points) -> float:
    """Distance of the inner lips, in distances of the outer eye corners."""
    return _distance(face, INNER_LIPS)


def smile(face: Points) -> float:
    """How much higher and wider apart the mouth's corners are than in the mean face, in distances of the outer eye
    corners."""
    raised, width = _mouth(face)
    mean_raised, mean_width = _mean_mouth()
    return (raised - mean_raised) + (width - mean_width) / 2


def brow_raise(face: Points) -> float:
    """How much higher the brows lie above the eyes than in the mean face, in distances of the outer eye corners."""
    return _brow_height(face) - _brow_height(mean_face())


def brow_gap(face: Points) -> float:
    """How much further apart the inner ends of the brows are than in the mean face, in distances of the outer eye
    corners; frowning draws them together."""
    return _brow_gap(face) - _brow_gap(mean_face())


def gaze(face: Points, rotation: NDArray[np.float64]) -> tuple[float, float]:
    """(yaw, pitch) of where the eyes look, in degrees, as head pose has them; `rotation` (3, 3) is the head's.

    The iris's middle, as far from its place in the mean face as it is, lies on an eyeball of usual size. Coarse:
    glasses, half-closed eyes and small faces move the points by several degrees.
    """
    aside = (_iris(face) - _mean_iris()) / EYEBALL_RADIUS
    most = math.sin(math.radians(MOST_GAZE))
    aside = aside / max(1.0, math.hypot(*aside) / most)
    right, down, away = (rotation @ (*aside, -math.sqrt(1 - float(aside @ aside)))).tolist()
    return math.degrees(math.atan2(right, -away)), math.degrees(math.atan2(-down, math.hypot(right, away)))


def _lengths(vectors: Points) -> Points:
    """Of vectors (n, 3), as (n,)."""
    lengths: Points = np.sqrt((vectors * vectors).sum(axis=1))
    return lengths


def _distance(face: Points, pair: list[int]) -> float:
    one, other = face[pair]
    return math.dist(one, other)


def _mouth(face: Points) -> tuple[float, float]:
    """How far the corners lie above the lips' middle, and how far apart."""
    raised = face[LIPS, 1].sum() / len(LIPS) - face[MOUTH_CORNERS, 1].sum() / 2
    return float(raised), _distance(face, MOUTH_CORNERS)


def _brow_height(face: Points) -> float:
    corners = face[EYES[:, [0, 3]], 1]
    return float(corners.sum() / corners.size - face[BROWS, 1].sum() / BROWS.size)


def _brow_gap(face: Points) -> float:
    return _distance(face, BROWS[:, -1].tolist())


def _iris(face: Points) -> Points:
    """(x, y) of the irises from the middle between the corners of their eyes, mean of both."""
    irises, corners = face[IRISES, :2], face[EYES[:, [0, 3]], :2]
    aside: Points = irises.sum(axis=(0, 1)) / IRISES.size - corners.sum(axis=(0, 1)) / 4
    return aside


@cache
def _mean_mouth() -> tuple[float, float]:
    return _mouth(mean_face())


@cache
def _mean_iris() -> Points:
    return _iris(mean_face())
