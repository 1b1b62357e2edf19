from __future__ import annotations

import numpy as np
import pytest

from monitor_studies.statistics.series import Series, joined


def test_means_are_ratios_of_totals_however_many_people_each_sample_shows():
    series = Series(("a", "b"), np.array([[1.0, 0.0], [0.5, 1.5], [0.0, 0.0]]), np.array([1.0, 2.0, 0.0]))
    np.testing.assert_allclose(series.means, [0.5, 0.5])
    assert (len(series), series.observed) == (3, 2)


def test_residuals_have_the_variance_of_the_ratio():
    """Against the scatter of the ratio itself over many recordings of independent samples."""
    random = np.random.default_rng(0)
    ratios, predicted = [], []
    for _ in range(2000):
        weights = random.integers(0, 4, 100).astype(float)
        sums = (weights * random.beta(0.4, 2.0, 100))[:, None]
        series = Series(("a",), sums, weights)
        ratios.append(series.means[0])
        predicted.append(series.residuals().var() / 100)
    assert np.mean(predicted) == pytest.approx(np.var(ratios), rel=0.1)


def test_nothing_seen_has_no_share():
    nothing = Series(("a",), np.zeros((3, 1)), np.zeros(3))
    assert np.isnan(nothing.means).all()
    np.testing.assert_allclose(joined([nothing, Series(("a",), np.ones((1, 1)), np.ones(1))]).means, [1.0])


def test_parts_keep_what_was_chosen():
    series = Series(("a",), np.arange(4.0)[:, None], np.ones(4))
    assert series.part(np.array([True, False, False, True])).sums[:, 0].tolist() == [0.0, 3.0]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="does not fit 2 samples of 1 names"):
        Series(("a",), np.zeros((3, 1)), np.zeros(2))
