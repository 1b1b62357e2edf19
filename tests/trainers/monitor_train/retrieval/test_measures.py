"""Figures of answers and rankings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, recall_score

from monitor_train.retrieval.measures import Predictions, difference, measures
from monitor_train.retrieval.ranking import rankings

pytestmark = pytest.mark.usefixtures("all_resamplings")

EMOTIONS = ("awe", "excitement", "fear", "sadness")


@pytest.fixture
def predictions() -> Predictions:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 3, 90)  # no picture is sad
    logits = generator.normal(size=(90, 4)) + 1.5 * np.eye(4)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return Predictions(EMOTIONS, truth, logits, probabilities)


def test_answers_are_measured_as_scikit_learn_does(predictions: Predictions) -> None:
    figures = measures(predictions)
    guesses = predictions.probabilities.argmax(1)
    assert figures["pictures"] == 90
    assert figures["accuracy"] == pytest.approx(accuracy_score(predictions.truth, guesses))
    with pytest.warns(UserWarning, match="y_pred contains classes not in y_true"):
        assert figures["average_recall"] == pytest.approx(balanced_accuracy_score(predictions.truth, guesses))
    recalls = recall_score(predictions.truth, guesses, labels=[0, 1, 2], average=None)
    assert figures["recall"] == pytest.approx(dict(zip(EMOTIONS[:3], recalls, strict=True)))
    assert figures["confusion"] == confusion_matrix(predictions.truth, guesses, labels=range(4)).tolist()


def test_the_error_of_the_confidence_is_its_distance_from_the_accuracy(predictions: Predictions) -> None:
    sure = np.full((90, 4), 0.1)
    sure[np.arange(90), predictions.truth] = 0.7
    assert measures(replace(predictions, probabilities=sure))["calibration_error"] == pytest.approx(0.3, abs=1e-6)


def test_rankings_are_means_over_queries(predictions: Predictions) -> None:
    figures = measures(predictions)
    ranked = rankings(predictions.vectors, predictions.truth, predictions.truth < 2)
    for name in ("map", "map_polarity", "precision_1", "precision_5", "precision_10"):
        assert figures[name] == pytest.approx(ranked[name].mean())
        low, high = figures[f"{name}_interval"]
        assert low < figures[name] < high
        error = ranked[name].std() / np.sqrt(90)  # of the mean, by the central limit theorem
        assert high - low == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_differences_are_taken_in_pairs(predictions: Predictions) -> None:
    worse = replace(predictions, vectors=np.random.default_rng(1).normal(size=(90, 4)))
    found, alone = difference(predictions, worse), measures(predictions)
    assert found["map"] == pytest.approx(alone["map"] - measures(worse)["map"])
    assert found["map_interval"][0] > 0
    assert found["accuracy"] == 0
    assert found["accuracy_interval"] == [0, 0]
    shifted = replace(predictions, vectors=predictions.vectors * 2)
    assert difference(predictions, shifted)["map_interval"] == pytest.approx([0, 0], abs=1e-12)


def test_features_have_no_answers(predictions: Predictions) -> None:
    figures = measures(replace(predictions, probabilities=None))
    assert "map" in figures
    assert not {"accuracy", "confusion", "recall"} & set(figures)
    assert "accuracy" not in difference(predictions, replace(predictions, probabilities=None))
