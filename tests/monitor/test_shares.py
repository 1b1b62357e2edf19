"""Shares against a slow computation straight from the formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sample import Observation
from monitor.shares import REMEMBERED_SECONDS, WHOLE_FRAME, ShareBook, Tally, shares

LABELS = ("happiness", "sadness", "anger")
weights = st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3)
moments = st.lists(st.tuples(st.floats(0, 100), st.sampled_from([None, 1, 2]), weights), min_size=1, max_size=60)


def observed(seconds: float, subject: int | None, raw: list[float]) -> Observation:
    scores = dict(zip(LABELS, (value / sum(raw) for value in raw), strict=True))
    return Observation("faces", 1, seconds, subject, scores)


@given(moments)
def test_totals_and_windows_agree_with_the_formula(rows: list[tuple[float, int | None, list[float]]]) -> None:
    seen = [observed(*row) for row in sorted(rows, key=lambda row: row[0])]
    totals: dict[tuple[str, int], Tally] = {}
    book = ShareBook(5.0, {"faces": LABELS}, recall=lambda analyzer, subject: totals.get((analyzer, subject)))
    stored = {}
    for observation in seen:
        book.add(observation)
        windows, changed = book.changed()
        stored.update({key: (tally.samples, tally.sums.copy()) for key, tally in windows.items()})
        totals.update(changed)
    for subject in {observation.subject for observation in seen}:
        mine = [observation for observation in seen if observation.subject == subject]
        total = math.fsum(value for observation in mine for value in observation.scores.values())
        expected = [math.fsum(observation.scores[label] for observation in mine) / total for label in LABELS]
        number = WHOLE_FRAME if subject is None else subject
        tally = totals["faces", number]
        assert tally.samples == len(mine)
        assert shares(tally.sums) == pytest.approx(expected)
        windows = [value for key, value in stored.items() if key.subject == number]
        assert sum(samples for samples, _ in windows) == len(mine)
        assert np.sum([sums for _, sums in windows], axis=0) == pytest.approx(tally.sums)


@given(st.lists(st.floats(0, 1e6), max_size=8))
def test_shares_sum_to_one_or_are_all_zero(sums: list[float]) -> None:
    result = shares(sums)
    assert result.sum() == pytest.approx(1.0 if sum(sums) > 0 else 0.0)
    assert (result >= 0).all()


def test_a_window_holds_what_lies_in_it() -> None:
    book = ShareBook(0.2, {"faces": LABELS})
    for seconds in (0.0, 0.19, 0.2, 0.6):
        book.add(observed(seconds, 1, [1, 1, 2]))
    assert {key.index: tally.samples for key, tally in book.changed()[0].items()} == {0: 2, 1: 1, 3: 1}


def test_windows_that_are_over_are_forgotten() -> None:
    book = ShareBook(1.0, {"faces": LABELS})
    for index in range(10_000):
        book.add(observed(index / 2, 1, [1, 1, 1]))
        book.changed()
    assert len(book._windows) == 1


def test_a_window_that_is_still_open_keeps_adding_up() -> None:
    book = ShareBook(10.0, {"faces": LABELS})
    book.add(observed(1.0, 1, [1, 0.01, 0.01]))
    book.changed()
    book.add(observed(2.0, 1, [0.01, 1, 0.01]))
    (tally,) = book.changed()[0].values()
    assert tally.samples == 2
    assert book.changed() == ({}, {})


def test_subjects_who_are_gone_are_forgotten_and_those_who_come_back_are_recalled() -> None:
    stored: dict[tuple[str, int], Tally] = {}
    asked: list[tuple[str, int]] = []

    def recall(analyzer: str, subject: int) -> Tally | None:
        asked.append((analyzer, subject))
        return stored.get((analyzer, subject))

    book = ShareBook(5.0, {"faces": LABELS}, recall=recall)
    for subject in range(1, 1001):
        book.add(observed(subject * 1.0, subject, [2, 1, 1]))
        stored |= book.changed()[1]
    assert len(book._totals) == REMEMBERED_SECONDS + 1
    assert asked == []  # nobody was there before
    book.add(observed(1001.0, 3, [1, 1, 2]))
    (total,) = book.changed()[1].values()
    assert asked == [("faces", 3)]
    assert total.samples == 2
    assert total.sums.tolist() == [0.75, 0.5, 0.75]


def test_measures_are_counted_in_windows_and_in_the_total() -> None:
    book = ShareBook(5.0, {"pose": []}, {"pose": ["yaw", "pitch"]})
    rows: list[tuple[float, dict[str, float]]] = [(1.0, {"yaw": 2.0}), (2.0, {"yaw": 4.0, "pitch": 1.0}), (6.0, {})]
    for seconds, measures in rows:
        book.add(Observation("pose", 1, seconds, 1, {}, measures=measures))
    windows, totals = book.changed()
    assert [tally.samples for tally in windows.values()] == [2, 1]
    assert [tally.moments.count.tolist() for tally in windows.values()] == [[2, 1], [0, 0]]
    (total,) = totals.values()
    assert total.samples == 3
    assert total.moments.rows() == [[2, 3.0, 2.0, 2.0, 4.0], [1, 1.0, 0.0, 1.0, 1.0]]
