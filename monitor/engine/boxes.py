"""Arithmetic on boxes: arrays (n, 4) of (left, top, right, bottom), in any one unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]


def areas(boxes: Boxes) -> NDArray[np.float64]:
    """Area of each box, (n,). Boxes turned inside out have none."""
    sides = np.clip(boxes[..., 2:] - boxes[..., :2], 0, None)
    return np.asarray(sides.prod(axis=-1), np.float64)


def intersections(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """Area that each box of `first` (n, 4) shares with each of `second` (m, 4); (n, m)."""
    corner = np.maximum(first[:, None, :2], second[None, :, :2])
    other = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return areas(np.concatenate([corner, other], axis=-1))


def overlap(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """Intersection over union of each box of `first` (n, 4) with each of `second` (m, 4); (n, m) in [0, 1]."""
    shared = intersections(first, second)
    union = areas(first)[:, None] + areas(second)[None, :] - shared
    return np.asarray(shared / np.maximum(union, np.finfo(np.float64).tiny), np.float64)
