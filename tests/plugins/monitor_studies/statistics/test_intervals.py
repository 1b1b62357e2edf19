from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from monitor_studies.statistics.autoregression import Autoregression
from monitor_studies.statistics.intervals import bootstrap, intervals
from monitor_studies.statistics.series import Series
from tests.plugins.monitor_studies.statistics.processes import autoregressive


def of(values: np.ndarray) -> Series:
    return Series(("a",), values[:, None], np.ones(len(values)))


@pytest.mark.parametrize("method", ["stationary", "moving"])
def test_the_bootstrap_scatters_as_the_mean_does(method):
    series = of(autoregressive(3000, 0.5, 4))
    made = bootstrap(series, np.random.default_rng(0), method=method, resamples=500)
    assert made.means.std() == pytest.approx(np.sqrt(3.0 / 3000), rel=0.2)
    assert np.median(made.standard_errors) == pytest.approx(made.means.std(), rel=0.25)


def test_of_independent_samples_it_is_as_long_as_students_interval():
    lengths, expected = [], []
    for seed in range(15):
        values = np.random.default_rng(seed).normal(0.3, 0.1, 400)
        lengths.append(np.ptp(intervals(of(values), np.random.default_rng(seed), resamples=399)))
        expected.append(np.ptp(stats.t.interval(0.95, 399, values.mean(), stats.sem(values))))
    assert np.mean(lengths) == pytest.approx(np.mean(expected), rel=0.12)


def test_like_neighbours_make_it_longer():
    apart = intervals(of(np.random.default_rng(5).normal(size=600)), np.random.default_rng(0), resamples=199)
    like = intervals(of(autoregressive(600, 0.8, 5)), np.random.default_rng(0), resamples=199)
    assert np.ptp(like) > 2 * np.ptp(apart)


def test_too_short_and_constant_recordings():
    assert np.isnan(intervals(of(np.ones(10)), np.random.default_rng(0))).all()
    np.testing.assert_allclose(intervals(of(np.full(50, 0.25)), np.random.default_rng(0), resamples=50), 0.25)


def test_resamples_that_saw_nobody_play_no_part():
    weights = np.zeros(200)
    weights[:25] = 1
    series = Series(("a",), (weights * np.random.default_rng(0).random(200))[:, None], weights)
    low, high = intervals(series, np.random.default_rng(1), resamples=200)
    assert low[0] < series.means[0] < high[0]


def test_a_rare_share_of_a_short_recording_is_held_nearly_as_often_as_is_said():
    """240 samples of a share of 2 %, in which blocks alone hold the truth in nine of ten recordings."""
    process = Autoregression(-4.5, 1.2, 0.6, is_logit=True)
    drawn = process.draw(100, 240, np.random.default_rng(4))
    ends = [intervals(of(values), np.random.default_rng(5), resamples=99)[:, 0] for values in drawn]
    assert all(0 <= low < high <= 1 for low, high in ends)
    assert np.mean([low <= process.expected <= high for low, high in ends]) >= 0.9


def test_ends_of_measures_may_lie_anywhere():
    values = 40 * np.random.default_rng(6).normal(size=100)
    low, high = intervals(of(values), np.random.default_rng(0), resamples=99)
    assert low[0] < 0 < high[0]
    assert high[0] - low[0] == pytest.approx(4 * values.std() / 10, rel=0.4)
