"""Measures against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from monitor_labels.cleaning import clean
from monitor_labels.measures import before_and_after, markdown, measured
from tests.plugins.monitor_labels.made_answers import LABELS, answers_of_made_workers


def test_measures_are_those_of_scikit_learn() -> None:
    answers, truth = answers_of_made_workers(60, 3)
    found = before_and_after(answers, clean(answers, "majority"), truth)
    said = answers.table["label"].tolist()
    true = [truth[task] for task in answers.table["task"]]
    precision, recall, f, _ = precision_recall_fscore_support(true, said, labels=list(LABELS))
    before = found["before"]
    for own, expected in ((before.precision, precision), (before.recall, recall), (before.f, f)):
        assert own.tolist() == pytest.approx(expected.tolist())
    assert before.accuracy == accuracy_score(true, said)
    assert (before.confusion == confusion_matrix(true, said, labels=list(LABELS))).all()
    assert found["after"].count == 60
    assert found["after"].accuracy > before.accuracy


def test_what_is_never_true_or_never_said_is_not_a_number_and_empty_in_tables() -> None:
    measures = measured([("1", "fear"), ("2", "fear"), ("9", "fear")], {"1": "fear", "2": "neutral"}, LABELS)
    assert measures is not None
    assert measures.count == 2
    assert np.isnan(measures.precision[:2]).all()
    assert np.isnan(measures.recall[1])
    table = markdown("Before", measures)
    assert "| happiness |  |  |  |" in table
    assert "| fear | 0.500 | 1.000 | 0.667 |" in table
    assert "| neutral | 0.000 | 0.000 | 1.000 | 1 |" in table
    assert measured([("1", "fear")], {}, LABELS) is None
