"""How far pictures are from training pictures, against numbers whose distance is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis

from monitor.model.familiarity import FILE, Familiarity

COVARIANCE = np.array([[4.0, 1.0], [1.0, 1.0]])
MEAN = np.array([1.0, -2.0])


@pytest.fixture
def known() -> Familiarity:
    validation = np.random.default_rng(0).multivariate_normal(MEAN, COVARIANCE, 5000).astype(np.float32)
    precision = np.linalg.inv(COVARIANCE).astype(np.float32)
    return Familiarity.of(MEAN.astype(np.float32), precision, validation)


def test_the_distance_is_that_of_mahalanobis(known: Familiarity) -> None:
    features = np.array([[1, -2], [3, 0], [-4, 5]], np.float32)
    expected = [mahalanobis(one, MEAN, np.linalg.inv(COVARIANCE)) for one in features]
    np.testing.assert_allclose(known.distance(features), expected, atol=1e-5)


def test_it_is_read_as_a_percentile_of_pictures_of_the_same_kind(known: Familiarity) -> None:
    others = np.random.default_rng(1).multivariate_normal(MEAN, COVARIANCE, 4000).astype(np.float32)
    found = known.unfamiliarity(others)
    assert (found > 95).mean() == pytest.approx(0.05, abs=0.012)
    assert np.median(found) == pytest.approx(50, abs=3)
    np.testing.assert_allclose(known.unfamiliarity(np.array([MEAN, MEAN + 100], np.float32)), [0, 100], atol=0.1)


def test_what_is_written_is_read_back(known: Familiarity, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(known.to_bytes())
    again = Familiarity.read(tmp_path / FILE)
    for name in ("mean", "precision", "distances"):
        np.testing.assert_array_equal(getattr(again, name), getattr(known, name))
