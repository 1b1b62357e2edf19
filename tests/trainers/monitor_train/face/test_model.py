"""What a manifest says of a trained model."""

from __future__ import annotations

from monitor_train.face.layouts import LAYOUTS, TERMS
from monitor_train.face.model import manifest_figures


def test_every_layout_has_its_data_and_terms() -> None:
    assert set(TERMS) == set(LAYOUTS)
    assert all(data and licence for data, licence in TERMS.values())


def test_the_manifest_gets_the_headlines_of_an_evaluation() -> None:
    figures = {
        "data": "rafdb test, batch size 1",
        "pictures": 12,
        "accuracy": 0.123456,
        "accuracy_interval": [0.1, 0.23456],
        "accuracy_top2": 0.5,
        "accuracy_top3": 0.75,
        "average_recall": 0.4,
        "average_recall_interval": [0.3, 0.5],
        "calibration_error": 0.01,
        "recall": {"fear": 0.25, "anger": 0.5},
        "confusion": [[1]],
        "undecided_included": {"accuracy": 0.11111},
        "duplicates_left_out": 3,
        "without_landmarks": 2,
    }
    assert manifest_figures(figures) == {
        "test_data": "rafdb test, batch size 1",
        "test_pictures": 12,
        "accuracy": 0.1235,
        "accuracy_interval": [0.1, 0.2346],
        "accuracy_top2": 0.5,
        "accuracy_top3": 0.75,
        "average_recall": 0.4,
        "average_recall_interval": [0.3, 0.5],
        "calibration_error": 0.01,
        "recall_fear": 0.25,
        "recall_anger": 0.5,
        "undecided_included_accuracy": 0.1111,
        "duplicates_left_out": 3,
        "without_landmarks": 2,
    }
