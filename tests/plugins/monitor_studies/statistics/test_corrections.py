from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from monitor_studies.statistics.corrections import false_discovery_rate, holm


def slow_holm(p_values: np.ndarray) -> list[float]:
    """For each label the largest of the corrected values up to its place in the order."""
    ordered = sorted(p_values)
    corrected = [min(1.0, (len(ordered) - place) * p) for place, p in enumerate(ordered)]
    return [max(corrected[: ordered.index(p) + 1]) for p in p_values]


@pytest.mark.parametrize("seed", range(5))
def test_they_agree_with_references(seed):
    p = np.random.default_rng(seed).random(8) ** 3
    np.testing.assert_allclose(holm(p), slow_holm(p))
    np.testing.assert_allclose(false_discovery_rate(p), false_discovery_control(p))


@pytest.mark.parametrize("correct", [holm, false_discovery_rate])
def test_tests_that_were_not_made_do_not_count(correct):
    found = correct(np.array([0.01, np.nan, 0.04]))
    assert np.isnan(found[1])
    np.testing.assert_allclose(found[[0, 2]], correct(np.array([0.01, 0.04])))
    assert np.isnan(correct(np.array([np.nan]))).all()
