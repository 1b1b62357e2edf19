"""What was observed at the sampling times of one recording, as sums whose ratio is a share or a mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """The samples of one recording in stream order; times at which nothing was seen have weight 0."""

    names: tuple[str, ...]
    """Labels whose shares, or measures whose means, are of interest."""
    sums: Array
    """(samples, names): the sum over subjects of each label's probability, or of each measure."""
    weights: Array
    """(samples,): the sum over subjects and all labels, or the number of subjects measured."""

    def __post_init__(self) -> None:
        if self.sums.shape != (len(self.weights), len(self.names)):
            raise ValueError(
                f"{self.sums.shape = } does not fit {len(self.weights)} samples of {len(self.names)} names"
            )

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def observed(self) -> int:
        """Samples at which anything was seen."""
        return int((self.weights > 0).sum())

    @property
    def means(self) -> Array:
        """(names,): shares, or means of measures; all NaN where nothing was seen."""
        return means(self.sums, self.weights)

    def residuals(self) -> Array:
        """(samples, names): what each sample adds to the error of the means, see `residuals`."""
        return residuals(self.sums, self.weights)

    def part(self, chosen: NDArray[np.bool_]) -> Series:
        """The samples where `chosen` is true, joined."""
        return Series(self.names, self.sums[chosen], self.weights[chosen])


def joined(parts: Sequence[Series]) -> Series:
    """Several recordings of the same names, one after the other."""
    return Series(
        parts[0].names, np.concatenate([each.sums for each in parts]), np.concatenate([each.weights for each in parts])
    )


def means(sums: Array, weights: Array) -> Array:
    """(..., names): ratios of the totals of `sums` (..., samples, names) and `weights` (..., samples)."""
    total = weights.sum(axis=-1)[..., None]
    ratio: Array = np.divide(
        sums.sum(axis=-2), total, out=np.full(total.shape[:-1] + sums.shape[-1:], np.nan), where=total > 0
    )
    return ratio


def residuals(sums: Array, weights: Array) -> Array:
    """(..., samples, names): linearised ratio; the variance of the mean of these is that of `means` to first order.

    The ratio R of the means of y and w has the error mean(y - R w) / mean(w) (Cochran 1977, Sampling Techniques, 2.11).
    """
    ratio = means(sums, weights)[..., None, :]
    found: Array = (sums - ratio * weights[..., None]) / weights.mean(axis=-1)[..., None, None]
    return found
