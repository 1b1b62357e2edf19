"""The variance of a mean over time, in which neighbouring samples are correlated."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from monitor_studies.statistics.series import Array, Series

FEWEST_SAMPLES = 20
"""Below this many observed samples the variation over time cannot be estimated at all."""
MOST_IN_MATRIX = 4096
"""Samples up to which the cosines are a matrix (of 3 MB); beyond, a fast transform takes less time and memory."""


def degrees_of_freedom(samples: int) -> int:
    """How many cosines the estimate of the variance of a mean uses, and the degrees of freedom of its t statistic.

    The rule of Lazarus, Lewis, Stock and Watson (2018), HAR inference: recommendations for practice, 0.4 T^(2/3).
    """
    return max(4, int(0.4 * samples ** (2 / 3)))


@lru_cache(maxsize=16)
def cosines(samples: int) -> Array:
    """(degrees of freedom, samples): the slowest cosines over a recording, each of length 1 and with mean 0."""
    times = (np.arange(samples) + 0.5) / samples
    waves = np.arange(1, degrees_of_freedom(samples) + 1)
    found: Array = np.sqrt(2 / samples) * np.cos(np.pi * np.outer(waves, times))
    return found


def variance_of_mean(residuals: Array) -> Array:
    """(..., names): variance of the mean over time of residuals (..., samples, names) with mean 0.

    The equal-weighted cosine estimator of the long-run variance (Lazarus et al. 2018, section 2.2): slow swings,
    which are what correlation of neighbours makes, are measured directly, and the ratio of mean and standard error then
    follows Student's t with `degrees_of_freedom(samples)`.
    """
    samples = residuals.shape[-2]
    found: Array = (_swings(residuals) ** 2).mean(axis=-2) / samples
    return found


def _swings(residuals: Array) -> Array:
    """(..., degrees of freedom, names): products of the cosines with residuals (..., samples, names)."""
    samples = residuals.shape[-2]
    if samples <= MOST_IN_MATRIX:
        return cosines(samples) @ residuals
    from scipy.fft import dct

    transformed: Array = dct(residuals, axis=-2, norm="ortho")
    return transformed[..., 1 : degrees_of_freedom(samples) + 1, :]


def standard_errors(series: Series) -> Array:
    """(names,): standard errors of `series.means`; NaN where fewer than FEWEST_SAMPLES samples saw anything."""
    if series.observed < FEWEST_SAMPLES:
        return np.full(len(series.names), np.nan)
    return np.sqrt(variance_of_mean(series.residuals()))


def effective_samples(series: Series) -> Array:
    """(names,): how many independent samples would tell as much; at most the number observed, NaN where unknown."""
    if series.observed < FEWEST_SAMPLES:
        return np.full(len(series.names), np.nan)
    residuals = series.residuals()
    alone = (residuals**2).mean(axis=0) * series.observed / len(series)  # times without anybody tell nothing
    variance = variance_of_mean(residuals)
    count: Array = np.divide(alone, variance, out=np.full(len(series.names), np.nan), where=variance > 0)
    return np.minimum(count, series.observed)
