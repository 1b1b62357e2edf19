from __future__ import annotations

import numpy as np
import pytest

from monitor_studies.statistics.permutation import block_permutation, p_values
from monitor_studies.statistics.series import Series
from monitor_studies.statistics.variance import standard_errors
from tests.plugins.monitor_studies.statistics.processes import autoregressive


def test_blocks_find_a_large_difference_and_not_a_shift_in_the_mirror():
    one, other = (Series(("a", "b"), _columns(seed), np.ones(300)) for seed in (1, 2))
    moved = Series(("a", "b"), other.sums + np.array([1.5, 0.0]), other.weights)
    p = block_permutation(one, moved, np.random.default_rng(0), permutations=199).p
    assert p[0] == pytest.approx(1 / 200)
    assert p[1] > 0.05
    back = block_permutation(moved, one, np.random.default_rng(0), permutations=199).p
    assert back[0] == p[0]


def test_what_reaches_the_critical_size_has_a_p_value_of_at_most_5_per_cent():
    """199 permutations: nine of them may be as large, as (1 + 9) / (1 + 199) = 0.05."""
    one, other = (Series(("a", "b"), _columns(seed), np.ones(300)) for seed in (1, 2))
    error = np.hypot(standard_errors(one), standard_errors(other))
    for move in np.linspace(0.0, 0.6, 9):
        moved = Series(("a", "b"), other.sums + move, other.weights)
        found = block_permutation(one, moved, np.random.default_rng(0), permutations=199)
        np.testing.assert_array_equal(np.abs(one.means - moved.means) > found.critical * error, found.p <= 0.05)
    few = block_permutation(one, other, np.random.default_rng(0), permutations=9)
    assert np.isinf(few.critical).all()  # of nine permutations none has p below 0.1


def test_p_values_count_the_identity_and_leave_out_what_cannot_be_computed():
    moved = np.array([[1.0], [2.0], [np.nan], [3.0]])
    assert p_values(np.array([2.0]), moved)[0] == pytest.approx((1 + 2) / (1 + 3))
    assert np.isnan(p_values(np.array([np.nan]), moved)[0])


def _columns(seed: int) -> np.ndarray:
    return np.stack([autoregressive(300, 0.5, 10 * seed + n) for n in range(2)], axis=1)
