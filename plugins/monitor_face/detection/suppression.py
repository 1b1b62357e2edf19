"""Leaves one box where several say the same: non-maximum suppression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.engine.boxes import areas, intersections

SAME_UNION = 0.3
"""Boxes that share more than this fraction of their union show the same face."""
SAME_SMALLER = 0.6
"""So do boxes that share more than this fraction of the smaller one: a face that a tile's border cut lies inside its
whole, whatever their union."""


def suppress(boxes: NDArray[np.float64], scores: NDArray[np.float64]) -> list[int]:
    """Indices of the boxes to keep, best first.

    `boxes` (n, 4) in any one unit, `scores` (n,). Of boxes that show the same face the one with the highest score
    stays, of equal scores the first.
    """
    shared = intersections(boxes, boxes)
    area = areas(boxes)
    union = area[:, None] + area[None, :] - shared
    smaller = np.minimum(area[:, None], area[None, :])
    same = (shared > SAME_UNION * union) | (shared > SAME_SMALLER * smaller)
    kept: list[int] = []
    for index in np.argsort(-scores, kind="stable").tolist():
        if not same[index, kept].any():
            kept.append(index)
    return kept
