"""Smoothing against a loop straight from the formula."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.readout.smoothing import smoothed, smoothed_means

LABELS = ["happiness", "sadness"]
moments = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 2), st.floats(0, 500), st.floats(0, 1)), min_size=1, max_size=40
)
half_lives = st.floats(1e-3, 3600)


def rows(moments: list[tuple[int, int, float, float]]) -> pd.DataFrame:
    """Rows from (source_id, subject, seconds, happiness); the index is none that happens to fit."""
    data = [(source_id, subject, seconds, p, 1 - p) for source_id, subject, seconds, p in moments]
    columns = ["source_id", "subject", "seconds", *LABELS]
    return pd.DataFrame(data, columns=columns, index=range(1000, 1000 - len(data), -1))


def slow(frame: pd.DataFrame, half_life: float) -> pd.DataFrame:
    """Every answer anew, as a weighted sum of all samples of the subject so far."""
    answer = frame.copy()
    for key in set(zip(frame.source_id, frame.subject, strict=True)):
        own = [row for row in frame.itertuples() if (row.source_id, row.subject) == key]
        own.sort(key=lambda row: row.seconds)
        for number, row in enumerate(own):
            total = np.zeros(2)
            for k, old in enumerate(own[: number + 1]):
                fresh = 1.0 if k == 0 else 1 - 0.5 ** ((old.seconds - own[k - 1].seconds) / half_life)
                total += (
                    fresh * 0.5 ** ((row.seconds - old.seconds) / half_life) * np.array([old.happiness, old.sadness])
                )
            answer.loc[row.Index, LABELS] = total
    return answer


@given(moments, half_lives)
def test_smoothing_agrees_with_the_formula(moments: list[tuple[int, int, float, float]], half_life: float) -> None:
    frame = rows(moments)
    result = smoothed(frame, LABELS, half_life)
    pd.testing.assert_frame_equal(result, slow(frame, half_life), check_dtype=False, atol=1e-9)
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


@given(
    st.lists(st.tuples(st.integers(1, 20), st.floats(0, 1)), min_size=1, max_size=6, unique_by=lambda row: row[0]),
    st.floats(0.2, 30),
)
def test_smoothed_means_agree_with_many_samples_of_a_score_that_holds_all_through(
    windows: list[tuple[int, float]], half_life: float
) -> None:
    length, many = 2.0, 200
    starts = rows([(1, 1, number * length, p) for number, p in windows])
    dense = [(1, 1, (number + (step + 0.5) / many) * length, p) for number, p in windows for step in range(many)]
    samples = smoothed(rows(dense), LABELS, half_life)
    result = smoothed_means(starts, LABELS, half_life, length)
    for (number, _), row in zip(windows, result.itertuples(), strict=True):
        inside = samples[(samples["seconds"] // length) == number]
        assert row.happiness == pytest.approx(inside["happiness"].mean(), abs=0.01)
        assert row.happiness + row.sadness == pytest.approx(1.0)
    assert result.index.tolist() == starts.index.tolist()


def test_means_of_subjects_do_not_mix() -> None:
    frame = rows([(1, 1, 0.0, 1.0), (1, 2, 0.0, 0.0), (2, 1, 5.0, 0.5), (1, 1, 5.0, 1.0), (1, 2, 5.0, 0.0)])
    pd.testing.assert_frame_equal(smoothed_means(frame, LABELS, 3.0, 5.0), frame)
    assert smoothed_means(rows([]), LABELS, 2.0, 5.0).empty
