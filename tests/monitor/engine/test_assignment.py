from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from monitor.engine.assignment import assignment


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (2, 2), (3, 5), (6, 4)])
def test_the_pairs_are_those_that_scipy_finds(shape: tuple[int, int]) -> None:
    for seed in range(20):
        costs = np.random.default_rng(seed).uniform(0, 1, shape)
        rows, columns = linear_sum_assignment(costs)
        assert assignment(costs) == list(zip(rows.tolist(), columns.tolist(), strict=True))
