"""A turned square of a picture, and its pixels as a network wants them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Region:
    """A square of a picture, in pixels."""

    x: float
    y: float
    """Its middle."""
    side: float
    angle: float = 0.0
    """By how much it is turned, clockwise as one sees it, in radians."""

    def pixels(self, image: NDArray[np.uint8], side: int, border: int) -> NDArray[np.uint8]:
        """What `image` (height, width, 3) shows there, uint8 (side, side, 3); `border` is OpenCV's word for what is
        beyond it. As mediapipe's calculator `ImageToTensor` does it, with no smoothing before a reduction."""
        box = (self.x, self.y), (self.side, self.side), math.degrees(self.angle)
        there = cv2.boxPoints(box)
        here = np.array([(0, side), (0, 0), (side, 0), (side, side)], np.float32)
        matrix = cv2.getPerspectiveTransform(there, here)
        return np.asarray(cv2.warpPerspective(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=border))

    def to_picture(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """`points` (n, 2) or (n, 3) in fractions of this square, in pixels of the picture; depth in the same scale."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turned = (points[:, :2] - 0.5) @ np.array([[cos, sin], [-sin, cos]])
        return np.concatenate([turned * self.side + (self.x, self.y), points[:, 2:] * self.side], axis=1)
