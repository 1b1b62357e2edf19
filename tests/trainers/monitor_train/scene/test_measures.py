"""The figures of an evaluation, against scikit-learn and against slow and obvious formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score

from monitor_train.pictures.measures import BINS
from monitor_train.scene.measures import auc, difference, f_measure, measures

pytestmark = pytest.mark.usefixtures("all_resamplings")

Said = tuple[NDArray[np.float64], NDArray[np.bool_]]


@pytest.fixture(scope="module")
def said() -> Said:
    """Probabilities (400,) with ties among them that are right about four times in five, and the truth."""
    generator = np.random.default_rng(0)
    positive = generator.random(400) < 0.7
    logits = generator.normal(0, 1, 400) + np.where(positive, 1, -1)
    return (1 / (1 + np.exp(-logits))).round(2), positive


@pytest.fixture(scope="module")
def figures(said: Said) -> dict[str, Any]:
    return measures(*said)


def test_figures_are_those_of_scikit_learn(said: Said, figures: dict[str, Any]) -> None:
    probabilities, positive = said
    guesses = probabilities >= 0.5
    assert figures["pictures"] == 400
    assert figures["accuracy"] == pytest.approx(accuracy_score(positive, guesses))
    assert figures["auc"] == pytest.approx(roc_auc_score(positive, probabilities))
    assert figures["f_positive"] == pytest.approx(f1_score(positive, guesses))
    assert figures["f_macro"] == pytest.approx(f1_score(positive, guesses, average="macro"))
    for name, score in (("precision", precision_score), ("recall", recall_score), ("f", f1_score)):
        assert figures[name]["positive"] == pytest.approx(score(positive, guesses))
        assert figures[name]["negative"] == pytest.approx(score(~positive, ~guesses))
    assert figures["confusion"] == [
        [int((positive & guesses).sum()), int((positive & ~guesses).sum())],
        [int((~positive & guesses).sum()), int((~positive & ~guesses).sum())],
    ]


def test_the_calibration_error(said: Said, figures: dict[str, Any]) -> None:
    probabilities, positive = said
    confidence = np.maximum(probabilities, 1 - probabilities)
    right = (probabilities >= 0.5) == positive
    expected = 0.0
    for low in range(BINS):
        inside = (confidence > low / BINS) & (confidence <= (low + 1) / BINS)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert figures["calibration_error"] == pytest.approx(expected, abs=1e-5)


def test_intervals_are_as_wide_as_theory_says(figures: dict[str, Any]) -> None:
    low, high = figures["accuracy_interval"]
    p = figures["accuracy"]
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(p * (1 - p) / 400), rel=0.1)
    for name in ("f_positive", "f_macro", "auc"):
        low, high = figures[f"{name}_interval"]
        assert low < figures[name] < high


def test_the_difference_of_two_models_is_measured_in_pairs(said: Said, figures: dict[str, Any]) -> None:
    probabilities, positive = said
    other = probabilities.copy()
    wrong = np.flatnonzero((probabilities >= 0.5) == positive)[:20]
    other[wrong] = 1 - other[wrong]  # twenty pictures more are wrong, all others the same
    gain = difference(probabilities, other, positive)
    assert gain["accuracy"] == pytest.approx(20 / 400)
    low, high = gain["accuracy_interval"]
    assert 0 < low < gain["accuracy"] < high
    own = figures["accuracy_interval"]
    assert high - low < own[1] - own[0]  # a difference in pairs is known better than either accuracy
    assert difference(probabilities, probabilities, positive)["auc_interval"] == [0.0, 0.0]


def test_where_a_class_has_no_pictures() -> None:
    assert auc(np.array([0.1, 0.9]), np.array([True, True])) == 0.5
    nothing = np.zeros(3, bool)
    assert f_measure(nothing, nothing) == 0.0
