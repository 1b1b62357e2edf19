from __future__ import annotations

import numpy as np
import pytest
from arch.covariance.kernel import Bartlett

from monitor_studies.statistics import variance
from monitor_studies.statistics.series import Series
from monitor_studies.statistics.variance import (
    cosines,
    degrees_of_freedom,
    effective_samples,
    standard_errors,
    variance_of_mean,
)
from tests.plugins.monitor_studies.statistics.processes import autoregressive


def test_cosines_are_orthonormal_and_know_nothing_of_the_mean():
    waves = cosines(90)
    np.testing.assert_allclose(waves @ waves.T, np.eye(degrees_of_freedom(90)), atol=1e-12)
    np.testing.assert_allclose(waves.sum(axis=1), 0, atol=1e-10)


def test_the_variance_agrees_with_theory_and_with_a_kernel_estimate():
    """An autoregressive process of correlation r has (1 + r) / (1 - r) times the variance of independent samples."""
    found, by_kernel = [], []
    for seed in range(200):
        x = autoregressive(1000, 0.6, seed)[:, None]
        x = x - x.mean()
        found.append(variance_of_mean(x)[0])
        by_kernel.append(float(np.squeeze(Bartlett(x).cov.long_run)) / 1000)
    theory = 4.0 / 1000
    assert np.mean(found) == pytest.approx(theory, rel=0.06)
    assert np.mean(found) == pytest.approx(np.mean(by_kernel), rel=0.15)


def test_long_recordings_are_transformed_to_the_same_cosines(monkeypatch):
    residuals = np.random.default_rng(0).normal(size=(3, 120, 2))
    by_matrix = variance_of_mean(residuals)
    monkeypatch.setattr(variance, "MOST_IN_MATRIX", 100)
    np.testing.assert_allclose(variance_of_mean(residuals), by_matrix)


def test_effective_samples_of_like_and_of_independent_neighbours():
    like = np.mean([_effective(autoregressive(2000, 0.6, seed)) for seed in range(40)])
    apart = np.mean([_effective(np.random.default_rng(seed).normal(size=2000)) for seed in range(40)])
    assert like == pytest.approx(500, rel=0.1)
    assert 1800 < apart <= 2000


def test_times_without_anybody_do_not_count():
    random = np.random.default_rng(1)
    weights = (random.random(2000) < 0.5).astype(float)
    series = Series(("a",), (weights * random.random(2000))[:, None], weights)
    assert effective_samples(series)[0] == pytest.approx(series.observed, rel=0.25)


def test_too_few_samples_have_no_standard_error():
    short = Series(("a",), np.random.default_rng(0).random((19, 1)), np.ones(19))
    assert np.isnan(standard_errors(short)).all()
    assert np.isnan(effective_samples(short)).all()


def _effective(values: np.ndarray) -> float:
    return float(effective_samples(Series(("a",), values[:, None], np.ones(len(values))))[0])
