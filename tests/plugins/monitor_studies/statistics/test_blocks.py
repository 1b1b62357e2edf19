from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from arch.bootstrap import optimal_block_length

from monitor_studies.statistics import blocks
from monitor_studies.statistics.blocks import block_length, permuted, resampled
from tests.plugins.monitor_studies.statistics.processes import autoregressive


@pytest.mark.parametrize(("method", "column"), [("stationary", "stationary"), ("moving", "circular")])
def test_the_length_is_politis_and_whites(method, column):
    values = np.stack([autoregressive(400, correlation, 3) for correlation in (0.2, 0.7, 0.8)], axis=1)
    assert block_length(values, method) == pytest.approx(optimal_block_length(values)[column].median())


def test_constant_columns_have_no_say_and_a_constant_recording_has_single_samples():
    values = autoregressive(300, 0.7, 1)[:, None]
    assert block_length(np.hstack([values, np.zeros((300, 2))])) == block_length(values)
    assert block_length(np.zeros((50, 2))) == 1.0


def test_moving_blocks_are_whole_and_lie_within_the_recording():
    [rows] = resampled((100, 2), 9.2, 50, "moving", np.random.default_rng(0))
    for row in rows:
        for start in range(0, 90, 10):
            assert np.diff(row[start : start + 10]).tolist() == [1] * 9
    assert (rows.min(), rows.max()) == (0, 99)


def test_stationary_blocks_have_the_mean_length_asked_for():
    [rows] = resampled((5000, 1), 8.0, 4, "stationary", np.random.default_rng(0))
    breaks = (np.diff(rows, axis=1) % 5000 != 1).mean()
    assert 1 / breaks == pytest.approx(8.0, rel=0.05)


def test_permutations_keep_every_sample_and_the_order_within_blocks():
    [rows] = permuted((61, 1), 10.0, 20, np.random.default_rng(2))
    for row in rows:
        assert sorted(row.tolist()) == list(range(61))
        assert (np.diff(row) != 1).sum() <= 5


@pytest.mark.parametrize(
    "make", [partial(resampled, method="stationary"), partial(resampled, method="moving"), permuted]
)
def test_the_same_seed_draws_the_same_whatever_the_size_of_the_chunks(make, monkeypatch):
    [whole] = make((50, 3), 4.5, 11, generator=np.random.default_rng(7))
    monkeypatch.setattr(blocks, "MOST_AT_ONCE", 4 * 50 * 3)
    parts = list(make((50, 3), 4.5, 11, generator=np.random.default_rng(7)))
    assert [len(part) for part in parts] == [4, 4, 3]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
