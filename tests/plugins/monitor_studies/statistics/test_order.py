from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from monitor_studies.statistics.order import step, trend

DAYS = np.arange(0.0, 120.0, 10.0)
NAMES = ("rising", "flat")


def shares(rise: float, jump: float, seed: int = 0) -> np.ndarray:
    noise = 0.004 * np.random.default_rng(seed).normal(size=(len(DAYS), 2))
    noise[:, 0] += rise * DAYS + jump * (DAYS >= 60)
    return 0.2 + noise


def test_a_trend_is_found_and_has_the_median_slope():
    values = shares(0.001, 0.0)
    found = trend(NAMES, DAYS, values)
    slopes = [(values[j, 0] - values[i, 0]) / (DAYS[j] - DAYS[i]) for i in range(12) for j in range(i + 1, 12)]
    assert found.size[0] == pytest.approx(np.median(slopes))
    assert found.low[0] < 0.001 < found.high[0]
    assert found.p[0] < 0.001
    assert found.p[1] > 0.05


def test_a_step_is_told_from_the_trend_it_sits_on():
    found = step(NAMES, DAYS, shares(0.001, 0.05), 60.0, np.random.default_rng(0), permutations=999)
    assert found.low[0] < 0.05 < found.high[0]
    assert found.p[0] < 0.02
    no_step = step(NAMES, DAYS, shares(0.001, 0.0), 60.0, np.random.default_rng(0), permutations=999)
    assert no_step.p[0] > 0.05


def test_the_step_is_that_of_ordinary_least_squares():
    values = shares(0.0005, 0.03)
    line = np.polyfit(DAYS, DAYS >= 60, 1)
    apart = (DAYS >= 60) - np.polyval(line, DAYS)  # what of the step no trend explains (Frisch and Waugh 1933)
    expected = stats.linregress(apart, values[:, 0] - np.polyval(np.polyfit(DAYS, values[:, 0], 1), DAYS))
    error = expected.stderr * np.sqrt((len(DAYS) - 2) / (len(DAYS) - 3))
    found = step(NAMES, DAYS, values, 60.0, np.random.default_rng(0), permutations=19)
    assert found.size[0] == pytest.approx(expected.slope)
    np.testing.assert_allclose(found.high[0] - found.size[0], error * stats.t.ppf(0.975, len(DAYS) - 3))


def test_steps_without_any_truth_are_found_in_one_of_twenty_series():
    found = [
        step(NAMES, DAYS, shares(0.0, 0.0, seed), 60.0, np.random.default_rng(seed), permutations=199).p
        for seed in range(200)
    ]
    assert 0.03 < (np.array(found) <= 0.05).mean() < 0.075


def test_too_few_sessions_tell_nothing():
    few = trend(NAMES, DAYS[:3], shares(0.0, 0.0)[:3])
    assert np.isnan([few.size, few.p, few.p_holm]).all()
    late = step(NAMES, DAYS, shares(0.0, 0.0), 105.0, np.random.default_rng(0))
    assert np.isnan(late.p).all()


def test_series_that_swing_slowly_are_told():
    swing = 0.2 + 0.05 * np.sin(DAYS / 15)
    assert trend(("a",), DAYS, swing[:, None]).autocorrelation[0] > 0.5
