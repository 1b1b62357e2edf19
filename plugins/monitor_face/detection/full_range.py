"""mediapipe's full-range face detector, for faces that fill a tenth of the picture and more.

Bazarevsky, Kartynnik, Vakunov, Raveendran and Grundmann, "BlazeFace", 2019, section 4; the layout of the full-range
model's input and output is that of mediapipe's graph `face_detection_full_range`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor_face.detection.network import Network

SIDE = 192
"""Side of the square picture that the network sees, in pixels."""
CELLS = 48
"""It looks for a face around the middle of each cell of a grid of this many by as many."""
LEAST_SCORE = 0.6
"""What mediapipe asks of a detection."""


class FullRange:
    """Finds faces in small pictures, for several threads at a time."""

    def __init__(self) -> None:
        self._network = Network("face_detection/face_detection_full_range_sparse.tflite", full_precision=False)
        middles = (np.arange(CELLS) + 0.5) / CELLS
        self._middles = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)  # (cells, 2), row by row

    def __call__(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Boxes (n, 4) in fractions of `image`, uint8 (height, width, 3) RGB, and scores (n,); several per face."""
        square, size = squared(image)
        raw, logits = self._network(square.astype(np.float32) / 127.5 - 1)
        scores = 1 / (1 + np.exp(-np.clip(logits[:, 0].astype(np.float64), -100, 100)))
        found = scores >= LEAST_SCORE
        middle = self._middles[found] + raw[found, :2].astype(np.float64) / SIDE
        half = raw[found, 2:4].astype(np.float64) / SIDE / 2
        boxes = np.concatenate([middle - half, middle + half], axis=1)  # fractions of the square
        offset = (1 - size) / 2
        return (boxes - np.tile(offset, 2)) / np.tile(size, 2), scores[found]

    def close(self) -> None:
        """Give back the model."""
        self._network.close()


def squared(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """`image` in the middle of a black square of SIDE pixels, and the part of it that it takes up, (width, height)."""
    height, width, _ = image.shape
    scale = SIDE / max(height, width)
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = np.zeros((SIDE, SIDE, 3), np.uint8)
    left, top = (SIDE - across) // 2, (SIDE - down) // 2
    square[top : top + down, left : left + across] = cv2.resize(image, (across, down), interpolation=method)
    return square, np.array([across, down]) / SIDE
