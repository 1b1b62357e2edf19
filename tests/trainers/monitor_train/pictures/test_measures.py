"""Figures of any classifier, against scikit-learn and against slow and obvious formulas."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from monitor_train.face.ferplus import LABELS
from monitor_train.pictures.measures import BINS, average_recall, classification_figures, interval, manifest_figures

# said by scikit-learn's balanced accuracy, the reference here: a class may be guessed that no picture has
pytestmark = [
    pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true:UserWarning"),
    pytest.mark.usefixtures("all_resamplings"),
]


@pytest.fixture(scope="module")
def guesses() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Probabilities (500, 8) that are right about two times in three, and labels; no label is "contempt"."""
    generator = np.random.default_rng(0)
    labels = generator.choice(7, 500, p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.02])
    logits = generator.normal(0, 1, (500, 8))
    logits[np.arange(500), labels] += 2
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32), labels


def test_accuracy_and_recall(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    figures = classification_figures(probabilities, labels, LABELS)
    assert figures["pictures"] == 500
    assert figures["accuracy"] == pytest.approx(accuracy_score(labels, probabilities.argmax(1)))
    assert figures["average_recall"] == pytest.approx(balanced_accuracy_score(labels, probabilities.argmax(1)))
    assert list(figures["recall"]) == list(LABELS[:7])
    confusion = np.array(figures["confusion"])
    assert confusion.shape == (8, 8)
    assert confusion.sum() == 500
    assert confusion[3, 0] == ((labels == 3) & (probabilities.argmax(1) == 0)).sum()
    assert figures["labels"] == list(LABELS)
    assert figures["recall"]["anger"] == pytest.approx(confusion[4, 4] / confusion[4].sum())


def test_the_calibration_error(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    expected = 0.0
    for low in range(BINS):
        inside = (confidence > low / BINS) & (confidence <= (low + 1) / BINS)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert classification_figures(probabilities, labels, LABELS)["calibration_error"] == pytest.approx(
        expected, abs=1e-5
    )


def test_intervals_are_as_wide_as_theory_says(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    figures = classification_figures(probabilities, labels, LABELS)
    low, high = figures["accuracy_interval"]
    p = figures["accuracy"]
    assert low < p < high
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(p * (1 - p) / 500), rel=0.1)
    assert figures["accuracy_interval"] == classification_figures(probabilities, labels, LABELS)["accuracy_interval"]
    assert interval(lambda rows: 1.0, 10) == [1.0, 1.0]


def test_average_recall_is_balanced_accuracy(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    expected = balanced_accuracy_score(labels[:60], probabilities[:60].argmax(1))
    assert average_recall(labels[:60], probabilities[:60].argmax(1), np.arange(7)) == pytest.approx(expected)


def test_what_stands_in_a_manifest_is_rounded() -> None:
    figures = {
        "pictures": 9,
        "accuracy": 0.123456,
        "accuracy_interval": [0.1, 0.23456],
        "auc": 0.5,
        "other": 1,
        "recall": {"fear": 0.33333},
    }
    assert manifest_figures(figures, ("accuracy", "auc"), "the test split") == {
        "test_data": "the test split",
        "test_pictures": 9,
        "accuracy": 0.1235,
        "auc": 0.5,
        "accuracy_interval": [0.1, 0.2346],
        "recall_fear": 0.3333,
    }
