"""Makes cosines of vectors blind to what differs between views of one person, such as light and background.

Within-class covariance normalisation (Hatch, Kajarekar and Stolcke, "Within-class covariance normalization for
SVM-based speaker recognition", 2006): vectors are turned and scaled so that views of one person scatter alike in all
directions; those in which people stay the same then count more than those in which a lamp makes the difference.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMOOTHING = 0.1
"""Part of the covariance that is one of equal scatter in all directions, for fewer views than would measure it well."""


def whitening(vectors: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weight (numbers, numbers) and bias (numbers,) of the layer that whitens, from `vectors` (people, views, numbers).

    Their mean over all becomes the origin. Views of one person, as the layer gives them, have a covariance near one.
    """
    people, views, numbers = vectors.shape
    apart = (vectors - vectors.mean(axis=1, keepdims=True)).reshape(-1, numbers)
    within = apart.T @ apart / max(people * (views - 1), 1)
    equal = np.eye(numbers) * np.trace(within) / numbers
    scatter, directions = np.linalg.eigh((1 - SMOOTHING) * within + SMOOTHING * equal)
    weight = directions / np.sqrt(scatter) @ directions.T
    return weight, -weight @ vectors.mean(axis=(0, 1))
