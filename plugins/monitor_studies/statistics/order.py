"""Series of sessions in the order of their dates: is there a trend, and a step at an event?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor_studies.statistics.corrections import false_discovery_rate, holm
from monitor_studies.statistics.intervals import LEVEL
from monitor_studies.statistics.permutation import PERMUTATIONS, p_values
from monitor_studies.statistics.series import Array

FEWEST_FOR_TREND = 4
FEWEST_A_SIDE = 2
NOTABLE = 0.3
"""Autocorrelation of the residuals above which a reader is warned."""


@dataclass(frozen=True)
class Change:
    """A trend or a step of every name, over all sessions. Arrays are (names,); NaN where it cannot be told."""

    names: tuple[str, ...]
    size: Array
    """Of a trend: per day. Of a step: after minus before, beyond the trend that both share."""
    low: Array
    high: Array
    """Interval at 95 %."""
    p: Array
    p_holm: Array
    p_fdr: Array
    autocorrelation: Array
    """Correlation of neighbouring sessions about what was fitted; the tests suppose none."""


def trend(names: tuple[str, ...], days: Array, shares: Array) -> Change:
    """Change per day of `shares` (sessions, names): Theil and Sen's slope with its interval, and Kendall's test."""
    from scipy import stats

    size, low, high, p = (np.full(len(names), np.nan) for _ in range(4))
    if len(days) >= FEWEST_FOR_TREND and len(np.unique(days)) > 1:
        for n in range(len(names)):
            slope = stats.theilslopes(shares[:, n], days, alpha=LEVEL)
            size[n], low[n], high[n] = slope.slope, slope.low_slope, slope.high_slope
            p[n] = stats.kendalltau(days, shares[:, n]).pvalue
    fitted = np.column_stack([np.ones(len(days)), days])
    return Change(names, size, low, high, p, holm(p), false_discovery_rate(p), _autocorrelation(fitted, shares))


def step(
    names: tuple[str, ...],
    days: Array,
    shares: Array,
    at: float,
    generator: np.random.Generator,
    *,
    permutations: int = PERMUTATIONS,
) -> Change:
    """Step of `shares` (sessions, names) at day `at`, with a straight trend besides.

    Least squares for size and interval; the p-value permutes the residuals of the model without the step, whole
    sessions at a time (Freedman and Lane 1983). NaN with fewer than two sessions on a side, or five in all.
    """
    from scipy import stats

    nothing = np.full(len(names), np.nan)
    after = (days >= at).astype(float)
    full = np.column_stack([np.ones(len(days)), days - days.mean(), after])
    freedom = len(days) - full.shape[1]
    if (
        min(after.sum(), (1 - after).sum()) < FEWEST_A_SIDE
        or freedom < 2
        or np.linalg.matrix_rank(full) < full.shape[1]
    ):
        return Change(names, nothing, nothing, nothing, nothing, nothing, nothing, nothing)
    size, error = _last_coefficient(full, shares)
    reduced = full[:, :2]
    fit = reduced @ np.linalg.lstsq(reduced, shares, rcond=None)[0]
    rows = np.stack([generator.permutation(len(days)) for _ in range(permutations)])
    moved_size, moved_error = _last_coefficient(full, fit + (shares - fit)[rows])
    p = p_values(_ratio(size, error), _ratio(moved_size, moved_error))
    half = stats.t.ppf((1 + LEVEL) / 2, freedom) * error
    return Change(
        names, size, size - half, size + half, p, holm(p), false_discovery_rate(p), _autocorrelation(full, shares)
    )


def _last_coefficient(design: Array, shares: Array) -> tuple[Array, Array]:
    """The last coefficient of the least-squares fit of (..., sessions, names), and its standard error, (..., names)."""
    solve = np.linalg.pinv(design)
    coefficients = solve @ shares
    rest = shares - design @ coefficients
    variance = (rest**2).sum(axis=-2) / (design.shape[0] - design.shape[1])
    return coefficients[..., -1, :], np.sqrt(variance * (solve[-1] ** 2).sum())


def _ratio(size: Array, error: Array) -> Array:
    ratio: Array = np.abs(np.divide(size, error, out=np.zeros_like(size), where=error > 0))
    return ratio


def _autocorrelation(design: Array, shares: Array) -> Array:
    """(names,): correlation of neighbouring residuals of a least-squares fit; NaN where nothing is left over."""
    rest = shares - design @ (np.linalg.pinv(design) @ shares)
    below = (rest**2).sum(axis=0)
    return np.divide(
        (rest[1:] * rest[:-1]).sum(axis=0), below, out=np.full(shares.shape[1], np.nan), where=below > 1e-15
    )
