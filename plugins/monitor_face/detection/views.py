"""The parts of a picture that the face detector looks at: the whole of it, and overlapping tiles.

The detector sees 192 by 192 pixels, so that a face has to fill about a tenth of what it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor_face.halves import Halves

COLUMNS, ROWS = 3, 2
"""Tiles stand in a grid of 3 by 2 and are twice as wide and high as its step, so that any two neighbours share half."""
TILE_SIDE = 384
"""Longer side of a tile in pixels; larger pictures are reduced first. Twice what the detector sees, so that its own,
coarser, reduction does not skip pixels."""
SMALLEST_TILED = 320
"""Pictures whose longer side is below this many pixels are not cut: a face of a tenth of them is too small to read."""
CUT_MARGIN = 0.01
"""A box that comes this close to a border inside the picture, as a fraction of the tile, is cut by it."""


@dataclass(frozen=True, eq=False)
class View:
    """A part of a picture."""

    image: NDArray[np.uint8]
    """uint8 (height, width, 3) RGB, perhaps reduced."""
    left: float
    top: float
    right: float
    bottom: float
    """Its place, as fractions of the whole picture."""

    def to_picture(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """`boxes` (n, 4) in fractions of this view, as fractions of the whole picture."""
        origin = np.array([self.left, self.top] * 2)
        return np.asarray(origin + boxes * np.array([self.right - self.left, self.bottom - self.top] * 2))

    def holds(self, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of `boxes` (n, 4), in fractions of this view, no border that lies inside the picture cuts; (n,).

        A face that is cut lies whole in the neighbouring tile, or is so large that the whole picture shows it.
        """
        least = np.where([self.left > 0, self.top > 0], CUT_MARGIN, -np.inf)
        most = np.where([self.right < 1, self.bottom < 1], 1 - CUT_MARGIN, np.inf)
        return np.asarray(((boxes[:, :2] > least) & (boxes[:, 2:] < most)).all(axis=1))


def views(picture: Halves) -> list[View]:
    """The whole picture first, then its tiles by rows; only the whole where the picture is small."""
    height, width, _ = picture.image.shape
    tile_width, tile_height = 2 / (COLUMNS + 1), 2 / (ROWS + 1)
    reduced = picture.reduced(TILE_SIDE / max(tile_width * width, tile_height * height))
    whole = View(Halves(reduced).reduced(TILE_SIDE / max(reduced.shape)), 0.0, 0.0, 1.0, 1.0)
    if max(height, width) < SMALLEST_TILED:
        return [whole]
    height, width, _ = reduced.shape
    tiles = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            left, right = round(column * tile_width / 2 * width), round((column / 2 + 1) * tile_width * width)
            top, bottom = round(row * tile_height / 2 * height), round((row / 2 + 1) * tile_height * height)
            tile = reduced[top:bottom, left:right]
            tiles.append(View(tile, left / width, top / height, right / width, bottom / height))
    return [whole, *tiles]
