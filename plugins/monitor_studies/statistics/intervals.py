"""Confidence intervals by a studentised block bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor_studies.statistics.autoregression import are_probabilities, fitted
from monitor_studies.statistics.blocks import Method, block_length, chunks, resampled
from monitor_studies.statistics.series import Array, Series, means, residuals
from monitor_studies.statistics.variance import FEWEST_SAMPLES, standard_errors, variance_of_mean

LEVEL = 0.95
RESAMPLES = 999


@dataclass(frozen=True)
class Bootstrap:
    """Means and standard errors of recordings that were resampled from the blocks of one."""

    means: Array
    """(resamples, names)"""
    standard_errors: Array
    """(resamples, names)"""


def bootstrap(
    series: Series, generator: np.random.Generator, *, method: Method = "stationary", resamples: int = RESAMPLES
) -> Bootstrap:
    """Resample a recording in blocks whose length `block_length` chooses."""
    length, parts = block_length(series.residuals(), method), []
    for rows in resampled(series.sums.shape, length, resamples, method, generator):
        sums, weights = series.sums[rows], series.weights[rows]
        weights[weights.sum(axis=1) == 0] = np.nan  # a recording made of nothing but absence has no mean
        parts.append((means(sums, weights), np.sqrt(variance_of_mean(residuals(sums, weights)))))
    return Bootstrap(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def intervals(
    series: Series, generator: np.random.Generator, *, method: Method = "stationary", resamples: int = RESAMPLES
) -> Array:
    """(2, names): low and high ends of the intervals of `series.means` at LEVEL; NaN where there are too few samples.

    The bootstrap-t interval with both tails on their own (Efron and Tibshirani 1993, section 12.5). How many standard
    errors each tail reaches is the larger of what two kinds of simulated recordings say: those made of the blocks of
    this one, and those drawn from an autoregressive process fitted to it. Blocks alone carry too little correlation
    where the recording is short, the process alone knows nothing of rare bursts. Shares stay within [0, 1].
    """
    if series.observed < FEWEST_SAMPLES:
        return np.full((2, len(series.names)), np.nan)
    made = bootstrap(series, generator, method=method, resamples=resamples)
    ratio = studentised(made.means - series.means, made.standard_errors)
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    of_process = _tails_of_process(series, tails, resamples, generator)
    of_blocks = np.nanquantile(ratio, tails, axis=0)
    low, high = np.minimum(of_blocks[0], of_process[0]), np.maximum(of_blocks[1], of_process[1])
    error = standard_errors(series)
    ends: Array = np.stack([series.means - high * error, series.means - low * error])
    return np.asarray(np.clip(ends, 0.0, 1.0)) if are_probabilities(series) else ends


def _tails_of_process(series: Series, tails: Sequence[float], resamples: int, generator: np.random.Generator) -> Array:
    """(tails, names): quantiles of the studentised mean of recordings drawn from `autoregression.fitted`."""
    found = np.empty((len(tails), len(series.names)))
    for place in range(len(series.names)):
        process = fitted(series, place)
        ratios = []
        for size in chunks(resamples, len(series)):
            values = process.draw(size, len(series), generator)
            weights = np.broadcast_to(series.weights, values.shape)
            sums = (values * weights)[..., None]
            errors = np.sqrt(variance_of_mean(residuals(sums, weights)))
            ratios.append(studentised(means(sums, weights) - process.expected, errors))
        found[:, place] = np.quantile(np.concatenate(ratios), tails)
    return found


def studentised(difference: Array, standard_error: Array) -> Array:
    """Differences in units of their standard errors; 0 where neither varies."""
    ratio: Array = np.divide(difference, standard_error, out=np.zeros_like(difference), where=standard_error > 1e-12)
    return ratio
