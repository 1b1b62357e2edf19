"""The permutation test of two single recordings, between which blocks of neighbouring samples change places."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor_studies.statistics.blocks import APART, block_length, permuted
from monitor_studies.statistics.intervals import LEVEL, studentised
from monitor_studies.statistics.series import Array, Series, joined, means, residuals
from monitor_studies.statistics.variance import variance_of_mean

PERMUTATIONS = 1999
SLACK = 1e-9
"""Statistics that differ by less are the same: rounding must not break ties."""


@dataclass(frozen=True)
class BlockPermutation:
    """The test of the difference of the means of two recordings. Arrays are (names,)."""

    p: Array
    """Two-sided p-values."""
    critical: Array
    """How many standard errors a difference has to reach for p at most 1 - LEVEL."""


def block_permutation(
    one: Series, other: Series, generator: np.random.Generator, *, permutations: int
) -> BlockPermutation:
    """Permute blocks of both recordings.

    Under no difference, blocks that hardly depend on each other may change places between the two. The statistic is
    studentised in each permutation, which keeps the test right where the recordings vary unequally or are unequally
    long (Janssen 1997; Chung and Romano 2013).
    """
    both = joined([one, other])
    length = APART * float(np.median([block_length(each.residuals(), "moving") for each in (one, other)]))
    chunks = permuted(both.sums.shape, min(length, len(both) / 4), permutations, generator)
    moved = np.abs(np.concatenate([_statistic(both.sums[rows], both.weights[rows], len(one)) for rows in chunks]))
    found = np.abs(_statistic(both.sums, both.weights, len(one)))
    made = np.sort(moved[np.isfinite(moved).all(axis=1)], axis=0)  # without those that left a side with nobody
    larger = math.floor((1 - LEVEL) * (1 + len(made)) + SLACK) - 1  # so many may be as large as what is significant
    return BlockPermutation(
        p_values(found, moved), made[-1 - larger] if 0 <= larger < len(made) else np.full_like(found, np.inf)
    )


def p_values(found: Array, moved: Array) -> Array:
    """(names,): part of the permutations, the identity counted in, whose statistic is as large as `found`.

    `moved` (permutations, names) may hold NaN where a permutation left a side with nothing observed.
    """
    as_large = moved >= found - SLACK
    count: Array = (1 + as_large.sum(axis=0)) / (1 + np.isfinite(moved).sum(axis=0))
    return np.where(np.isfinite(found), count, np.nan)


def _statistic(sums: Array, weights: Array, first: int) -> Array:
    """(..., names): difference of the means of the first samples and the rest, in units of its standard error."""
    variance: Array | float = 0.0
    for part in (slice(None, first), slice(first, None)):
        variance = variance + variance_of_mean(residuals(sums[..., part, :], _some(weights[..., part])))
    difference = means(sums[..., :first, :], _some(weights[..., :first])) - means(
        sums[..., first:, :], _some(weights[..., first:])
    )
    return studentised(difference, np.sqrt(variance))


def _some(weights: Array) -> Array:
    """Weights, NaN throughout where all are 0, so that what is computed from them is NaN without a warning."""
    return np.where(weights.sum(axis=-1, keepdims=True) > 0, weights, np.nan)
