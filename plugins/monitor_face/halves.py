"""A picture and its halves: what looks at large faces, or at all of a picture, does not need every pixel of it."""

from __future__ import annotations

import math
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray


class Halves:
    """A picture, its half, the half of that and so on, each made once, when it is first asked for, by any thread.

    Halving by area is exact and quick: one reduction by area to an odd size takes five times as long.
    """

    def __init__(self, image: NDArray[np.uint8]) -> None:
        """`image` is uint8 (height, width, 3)."""
        self.image = image
        self._made = [image]
        self._making = Lock()

    def halved(self, times: int) -> NDArray[np.uint8]:
        """The picture, halved so often; a side of one pixel stays."""
        with self._making:
            while len(self._made) <= times:
                height, width, _ = self._made[-1].shape
                size = max(1, width // 2), max(1, height // 2)
                self._made.append(np.asarray(cv2.resize(self._made[-1], size, interpolation=cv2.INTER_AREA), np.uint8))
        return self._made[times]

    def keeping(self, pixels: int, of: float) -> NDArray[np.uint8]:
        """The picture, halved as often as it still has `pixels` where it has `of` in its own size."""
        return self.halved(halvings(pixels, of))

    def reduced(self, scale: float) -> NDArray[np.uint8]:
        """The picture, contiguous, reduced to `scale` of its size, or as it is where `scale` is not below 1.

        Halved as often as that fits, and the rest by interpolation, which at less than half a step skips no pixel.
        """
        if scale >= 1:
            return np.ascontiguousarray(self.image)
        height, width, _ = self.image.shape
        size = max(1, round(width * scale)), max(1, round(height * scale))
        halved = self.halved(math.floor(math.log2(min(width / size[0], height / size[1]))))
        return np.asarray(cv2.resize(halved, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def halvings(pixels: float, of: float) -> int:
    """How often `of` pixels can be halved so that there are still `pixels`.

    >>> halvings(100, of=450), halvings(100, of=50)
    (2, 0)
    """
    return math.floor(math.log2(max(of, pixels) / pixels))
