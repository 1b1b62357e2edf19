"""Calibration against a loop straight from the formula."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.readout.calibration import FLOOR, baselines, calibrated, reference

LABELS = ["neutral", "happiness", "sadness"]
weights = st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda row: sum(row) > 0.01)


def rows(*scores: tuple[int, int, list[float]]) -> pd.DataFrame:
    """Rows from (source_id, subject, weights), these made to sum to 1."""
    data = [(source_id, subject, *(value / sum(raw) for value in raw)) for source_id, subject, raw in scores]
    return pd.DataFrame(data, columns=["source_id", "subject", *LABELS])


@given(weights, st.lists(weights, max_size=5))
def test_calibration_agrees_with_the_formula(first: list[float], later: list[list[float]]) -> None:
    own = np.array(first) / sum(first)
    frame = rows(*[(7, 1, raw) for raw in later])
    result = calibrated(frame, LABELS, {(7, 1): own})
    for before, after in zip(frame[LABELS].to_numpy(), result[LABELS].to_numpy(), strict=True):
        weighted = [p * r / max(b, FLOOR) for p, r, b in zip(before, [0.9, 0.05, 0.05], own, strict=True)]
        assert after == pytest.approx([value / sum(weighted) for value in weighted])
    assert np.allclose(result[LABELS].sum(axis=1), 1.0)


@given(st.lists(st.floats(0.05, 1), min_size=3, max_size=3))
def test_a_face_like_its_own_baseline_reads_as_neutral(face: list[float]) -> None:
    frame = rows((1, 1, face))
    result = calibrated(frame, LABELS, baselines(frame, LABELS))
    assert result[LABELS].iloc[0].tolist() == pytest.approx(reference(LABELS).tolist())


def test_a_face_that_always_looks_sad_does_so_less_and_its_smile_shows() -> None:
    resting, smiling = [0.3, 0.1, 0.6], [0.1, 0.5, 0.4]
    result = calibrated(rows((1, 1, resting), (1, 1, smiling)), LABELS, {(1, 1): np.array(resting)})
    assert result[LABELS].idxmax(axis=1).tolist() == ["neutral", "neutral"]
    assert result["sadness"].tolist() == pytest.approx([0.05, 0.0571], abs=1e-3)
    assert result["happiness"].iloc[1] > 6 * result["happiness"].iloc[0] > 0


def test_subjects_without_a_baseline_keep_their_scores() -> None:
    frame = rows((1, 1, [1, 1, 2]), (1, 0, [1, 1, 2]), (2, 1, [1, 1, 2]))
    before = frame.copy()
    result = calibrated(frame, LABELS, {(1, 1): np.array([0.2, 0.2, 0.6])})
    assert result["neutral"].iloc[0] > 0.5
    pd.testing.assert_frame_equal(result.iloc[1:], before.iloc[1:])
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(calibrated(frame, LABELS, {}), before)


def test_what_is_rarer_than_the_floor_is_not_blown_up() -> None:
    result = calibrated(rows((1, 1, [0.9, 0.1, 0.0])), LABELS, {(1, 1): np.array([1.0, 0.0, 0.0])})
    assert result["happiness"].iloc[0] == pytest.approx(0.1 * 0.05 / FLOOR / (0.9 * 0.9 + 0.1 * 0.05 / FLOOR))


@pytest.mark.parametrize(("face", "shown"), [([0.002, 0.99, 0.008], "neutral"), ([1e-5, 0.9999, 9e-5], "happiness")])
def test_a_baseline_that_is_surely_not_neutral_is_believed_in_part(face: list[float], shown: str) -> None:
    frame = rows((1, 1, face))
    assert calibrated(frame, LABELS, baselines(frame, LABELS))[LABELS].iloc[0].idxmax() == shown


def test_a_baseline_is_the_mean_of_each_persons_rows() -> None:
    found = baselines(rows((1, 1, [1, 0, 0]), (1, 1, [0, 1, 0]), (1, 2, [0, 0, 1]), (2, 1, [0, 1, 1])), LABELS)
    assert {person: scores.tolist() for person, scores in found.items()} == {
        (1, 1): [0.5, 0.5, 0.0],
        (1, 2): [0.0, 0.0, 1.0],
        (2, 1): [0.0, 0.5, 0.5],
    }
    assert baselines(rows(), LABELS) == {}


@pytest.mark.parametrize("labels", [["neutral"], ["neutral", "glad"], LABELS, ["sad", "neutral", *"abcdef"]])
def test_the_reference_is_mostly_neutral_and_sums_to_one(labels: list[str]) -> None:
    scores = dict(zip(labels, reference(labels), strict=True))
    assert sum(scores.values()) == pytest.approx(1.0)
    assert max(scores, key=lambda label: scores[label]) == "neutral"
    assert min(scores.values()) > 0
