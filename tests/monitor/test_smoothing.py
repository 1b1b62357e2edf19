"""Smoothing against a loop straight from the formula."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.smoothing import smoothed

LABELS = ["happiness", "sadness"]
moments = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 2), st.floats(0, 500), st.floats(0, 1)), min_size=1, max_size=40
)
half_lives = st.floats(0.01, 100)


def rows(moments: list[tuple[int, int, float, float]]) -> pd.DataFrame:
    """Rows from (source_id, subject, seconds, happiness); the index is none that happens to fit."""
    data = [(source_id, subject, seconds, p, 1 - p) for source_id, subject, seconds, p in moments]
    columns = ["source_id", "subject", "seconds", *LABELS]
    return pd.DataFrame(data, columns=columns, index=range(1000, 1000 - len(data), -1))


def slow(frame: pd.DataFrame, half_life: float) -> pd.DataFrame:
    """Each subject's samples in order of time, one after the other."""
    answer = frame.copy()
    for key in set(zip(frame.source_id, frame.subject, strict=True)):
        own = [row for row in frame.itertuples() if (row.source_id, row.subject) == key]
        own.sort(key=lambda row: row.seconds)
        before = None
        for row in own:
            scores = np.array([row.happiness, row.sadness])
            if before is not None:
                weight = 0.5 ** ((row.seconds - before[0]) / half_life)
                scores = weight * before[1] + (1 - weight) * scores
            answer.loc[row.Index, LABELS] = scores
            before = (row.seconds, scores)
    return answer


@given(moments, half_lives)
def test_smoothing_agrees_with_the_formula(moments: list[tuple[int, int, float, float]], half_life: float) -> None:
    frame = rows(moments)
    result = smoothed(frame, LABELS, half_life)
    pd.testing.assert_frame_equal(result, slow(frame, half_life), check_dtype=False, atol=1e-6)
    assert np.allclose(result[LABELS].sum(axis=1), 1.0)


def test_an_old_score_counts_half_after_one_half_life_however_often_samples_are_taken() -> None:
    for step in (0.1, 0.5, 2.0):
        seconds = np.arange(0, 2 + step / 2, step)
        frame = rows([(1, 1, t, 1.0 if t == 0 else 0.0) for t in seconds])
        assert smoothed(frame, LABELS, 2.0)["happiness"].iloc[-1] == pytest.approx(0.5)


def test_the_first_score_of_each_subject_stays_and_what_is_given_is_not_changed() -> None:
    frame = rows([(1, 1, 0.0, 1.0), (1, 2, 0.5, 0.0), (2, 1, 0.5, 0.25), (1, 1, 1.0, 0.0)])
    before = frame.copy()
    assert smoothed(frame, LABELS, 1.0)["happiness"].tolist() == [1.0, 0.0, 0.25, 0.5]
    pd.testing.assert_frame_equal(frame, before)


def test_after_a_long_absence_nothing_old_is_left() -> None:
    frame = rows([(1, 1, 0.0, 1.0), (1, 1, 3600.0, 0.0)])
    assert smoothed(frame, LABELS, 2.0)["happiness"].iloc[-1] == pytest.approx(0.0, abs=1e-12)


def test_nothing_stays_nothing() -> None:
    assert smoothed(rows([]), LABELS, 2.0).empty
