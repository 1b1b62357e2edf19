"""Landmarks of a face as white dots on black, the second picture that the network sees (Kanamori, Kanamori, Endo and
Mitani, "Facial emotion estimation using facial landmarks", section 4.1).

Runtime and trainer both draw with `heatmaps`, so that a model meets the dots it was trained on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
"""Five along the upper edge of each brow, from the picture's left to its right."""
EYES = (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)
"""Six around each eye: corner, upper lid, other corner, lower lid."""
NOSE = (168, 4, 2, 98, 327)
"""Bridge, tip, base, and the two wings."""
MOUTH = (61, 39, 0, 269, 291, 405, 17, 181, 13, 14)
"""Eight around the lips, and the middles of the inner edges of upper and lower lip."""
LANDMARKS = BROWS + EYES + NOSE + MOUTH
"""The 37 of the 478 points of the mesh that stand for the 37 landmarks of the paper."""
SPREAD = 0.0125
"""Standard deviation of a dot, as a fraction of the picture's side: 0.8 pixels of 64, so that a dot that moves by less
than a pixel still changes the picture."""


def seen(points: NDArray[np.float32], matrix: NDArray[np.float64], width: int, height: int) -> NDArray[np.float32]:
    """`points` (K, 2), in fractions of a picture of that width and height, in pixels of the face aligned by `matrix`
    (2, 3), counted from its corner."""
    aligned: NDArray[np.float32] = (
        points.astype(np.float64) * (width, height) @ matrix[:, :2].T + matrix[:, 2]
    ).astype(np.float32)
    return aligned


def heatmaps(landmarks: NDArray[np.float32], size: int) -> NDArray[np.uint8]:
    """Dots of brightness 255 on 0, uint8 (N, size, size), of landmarks (N, 37, 2) in pixels from the corner.

    A face whose landmarks are not numbers gets a black picture. Landmarks outside the picture leave at most their rim.
    """
    found = np.isfinite(landmarks).all(axis=(1, 2), keepdims=True)
    middles = np.arange(size, dtype=np.float32) + 0.5
    away = middles - np.where(found, landmarks, 0.0)[..., None]  # (N, 37, 2, size)
    rays = np.exp(-0.5 * (away / (SPREAD * size)) ** 2)
    dots = rays[:, :, 1].transpose(0, 2, 1) @ rays[:, :, 0] * found
    pictures: NDArray[np.uint8] = np.rint(255 * dots.clip(0, 1)).astype(np.uint8)
    return pictures
