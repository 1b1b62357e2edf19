from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from monitor_studies.statistics.classifier import Confusion, adjusted, false_positives, on_simplex

LABELS = ("neutral", "happiness", "anger")
SAID = np.array([[0.90, 0.06, 0.04], [0.08, 0.90, 0.02], [0.25, 0.05, 0.70]])
CONFUSION = Confusion(LABELS, np.array([1000.0, 800.0, 200.0]), SAID)


def test_true_shares_come_back():
    truth = np.array([0.6, 0.39, 0.01])
    found = adjusted(truth @ SAID, np.zeros(3), CONFUSION)
    np.testing.assert_allclose(found.shares, truth)


def test_the_variance_is_that_of_repeated_measuring():
    """Confusions and faces drawn many times, counted and inverted; the scatter of what comes out."""
    random = np.random.default_rng(0)
    truth, faces = np.array([0.5, 0.4, 0.1]), 2000
    estimates = []
    for _ in range(3000):
        rows = np.stack([random.multinomial(int(n), row) / n for n, row in zip(CONFUSION.pictures, SAID, strict=True)])
        counts = random.multinomial(faces, truth @ SAID) / faces
        estimates.append(np.linalg.solve(rows.T, counts))
    mean = truth @ SAID
    found = adjusted(mean, mean * (1 - mean) / faces, CONFUSION)
    # the variance of counts taken label by label leaves out that they sum to one, hence the tolerance
    np.testing.assert_allclose(found.standard_errors, np.std(estimates, axis=0), rtol=0.15)


def test_false_positives_alone():
    found = false_positives(np.array([0.75, 0.25, 0.0]), CONFUSION)
    assert found[2] == pytest.approx(0.75 * 0.04 + 0.25 * 0.02)
    assert found[0] == pytest.approx(0.08)


@pytest.mark.parametrize("values", [[1.2, -0.1, -0.1], [0.3, 0.3, 0.4], [0.9, 0.3, -0.2]])
def test_the_nearest_shares(values):
    values = np.array(values)
    expected = minimize(
        lambda x: ((x - values) ** 2).sum(),
        np.full(3, 1 / 3),
        bounds=[(0, 1)] * 3,
        constraints={"type": "eq", "fun": lambda x: x.sum() - 1},
    ).x
    np.testing.assert_allclose(on_simplex(values), expected, atol=1e-5)


def test_what_cannot_be_corrected_says_why():
    with pytest.raises(ValueError, match="too few pictures of anger"):
        adjusted(np.ones(3) / 3, np.zeros(3), Confusion(LABELS, np.array([9.0, 9.0, 1.0]), SAID))
    with pytest.raises(ValueError, match="confuses its labels too much"):
        adjusted(np.ones(3) / 3, np.zeros(3), Confusion(LABELS, np.full(3, 9.0), np.full((3, 3), 1 / 3)))
    with pytest.raises(ValueError, match="nothing was observed"):
        adjusted(np.full(3, np.nan), np.zeros(3), CONFUSION)
    with pytest.raises(ValueError, match="must sum to 1"):
        Confusion(LABELS, np.ones(3), np.ones((3, 3)))
