"""The two pictures of a person that the appearance network sees: the face, and the head with hair and shoulders.

Runtime and trainer both cut with `crops`, so that a model meets the pictures it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box
from monitor_people.thinning import thinned

FACE = (1.3, 0.0)
"""Side of the square, in sides of the face's box, and how far its middle lies below the box's, in the same unit."""
HEAD = (2.8, 0.35)
MOST_AVERAGED = 3
"""Pixels, across and down, whose mean is one of the square's: of a square with more, only every few count."""
LIT = (140.0, 115.0, 105.0)
"""Mean RGB of a face in the light in which all are compared,"""
LIT_PART = 0.8
"""and the part of the box, across and down, whose mean that is: without hair and background."""
DARKEST = 8.0
"""A face that is darker than this, of 255, is not made brighter by more than a face of this would be."""
BEYOND = (124, 116, 104)
"""RGB of what lies beyond the picture: the mean of ImageNet, which is nothing to the network."""


def crops(image: NDArray[np.uint8], box: Box, size: int) -> NDArray[np.uint8]:
    """Face and head of the person whose face is in `box` (fractions) of `image` (height, width, 3) RGB, as (2, size,
    size, 3); both in the light in which the face is LIT, after von Kries: its red, green and blue by a factor each."""
    height, width, _ = image.shape
    x, y = (box[0] + box[2]) / 2 * width, (box[1] + box[3]) / 2 * height
    side = max((box[2] - box[0]) * width, (box[3] - box[1]) * height, 1.0)
    face = square(image, x, y, LIT_PART * side, size // 2)
    gain = LIT / np.maximum(cv2.mean(face)[:3], DARKEST)
    beyond = (BEYOND / gain).tolist()  # so that it is BEYOND in the end
    seen = np.stack([square(image, x, y + below * side, zoom * side, size, beyond) for zoom, below in (FACE, HEAD)])
    levels = np.arange(256, dtype=np.float64)[:, None] * gain
    lit = cv2.LUT(seen.reshape(-1, size, 3), np.rint(levels.clip(0, 255)).astype(np.uint8)[None])
    return np.asarray(lit.reshape(seen.shape), np.uint8)


def square(
    image: NDArray[np.uint8], x: float, y: float, side: float, size: int, beyond: Sequence[float] = BEYOND
) -> NDArray[np.uint8]:
    """The square of `side` pixels around (x, y) in pixels of `image`, as (size, size, 3); `beyond`: RGB of what lies
    beyond the picture."""
    left, top = x - side / 2, y - side / 2
    if side > 2 * size:  # a plain warp would skip pixels: halve what is needed first, which is quick
        height, width, _ = image.shape
        low = max(0, int(left)), max(0, int(top))
        high = min(width, int(left + side) + 1), min(height, int(top + side) + 1)
        part = image[low[1] : high[1], low[0] : high[0]]
        if part.size:
            step = max(1, int(side / (MOST_AVERAGED * size)))
            if step > 1:
                part = thinned(part, step)
            scale = 1.0 / step
            while side * scale > 2 * size and min(part.shape[:2]) > 1:
                rows, columns = part.shape[0] // 2, part.shape[1] // 2
                halved = cv2.resize(part[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
                part, scale = np.asarray(halved, np.uint8), scale / 2
            image = part
            left, top = (left - low[0]) * scale, (top - low[1]) * scale
            side *= scale
    zoom = size / side
    move = np.array([[zoom, 0, -zoom * left], [0, zoom, -zoom * top]])
    seen = cv2.warpAffine(
        image, move, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=tuple(beyond)
    )
    return np.asarray(seen, np.uint8)
