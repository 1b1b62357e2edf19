"""How far a picture lies from those that a model was trained on.

The distance is Mahalanobis', of the mean and the standard deviation of each channel of a middle layer, to those of the
training pictures (Lee, Lee, Lee and Shin, "A simple unified framework for detecting out-of-distribution samples and
adversarial attacks", NeurIPS 2018, section 2; with one Gaussian for all labels). It is read as a percentile: the share
of the validation pictures, which the Gaussian has not seen, that lie nearer.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

FILE = "familiarity.npz"
"""Beside a model that has it; its digest stands in the manifest."""
FAR_PERCENT = 95.0
"""A picture that lies further than this share of the validation pictures is far outside."""
STEPS = 1000
"""Steps of the percentile."""


@dataclass(frozen=True)
class Familiarity:
    """What is kept of training and validation pictures; features have D numbers."""

    mean: NDArray[np.float32]
    """(D,), of the training pictures."""
    precision: NDArray[np.float32]
    """(D, D), inverse of their covariance."""
    distances: NDArray[np.float32]
    """(STEPS + 1,), those of the validation pictures at every tenth of a per cent, ascending."""

    @classmethod
    def of(cls, mean: NDArray[np.float32], precision: NDArray[np.float32], validation: NDArray[np.float32]) -> Self:
        """From the Gaussian of the training pictures and the features (N, D) of the validation pictures."""
        uncalibrated = cls(mean, precision, np.zeros(0, np.float32))
        steps = np.quantile(uncalibrated.distance(validation), np.linspace(0, 1, STEPS + 1))
        return cls(mean, precision, steps.astype(np.float32))

    def distance(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """(N,) for features (N, D)."""
        apart = features.astype(np.float64) - self.mean
        squared: NDArray[np.float64] = np.einsum("nd,de,ne->n", apart, self.precision.astype(np.float64), apart)
        distance: NDArray[np.float64] = np.sqrt(squared.clip(0))
        return distance

    def unfamiliarity(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """(N,): how many per cent of the validation pictures are nearer than features (N, D)."""
        percent: NDArray[np.float64] = np.interp(
            self.distance(features), self.distances, np.linspace(0, 100, STEPS + 1)
        )
        return percent

    def to_bytes(self) -> bytes:
        """The content of its file."""
        file = io.BytesIO()
        np.savez_compressed(file, mean=self.mean, precision=self.precision, distances=self.distances)
        return file.getvalue()

    @classmethod
    def read(cls, path: Path) -> Self:
        """From a file that `to_bytes` filled."""
        with np.load(path, allow_pickle=False) as kept:
            return cls(kept["mean"], kept["precision"], kept["distances"])
