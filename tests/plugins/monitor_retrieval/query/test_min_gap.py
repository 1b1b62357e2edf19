"""Neighbouring frames count as one moment, and the search goes on until there are enough moments."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_retrieval.moment import LIBRARY, Moment
from monitor_retrieval.query.min_gap import search_with_gap, with_gap


def frame(seconds: float, session: int = 1, source: str = "talk.mp4", file: str | None = None) -> Moment:
    return Moment(np.ones(1, np.float32), session, source, seconds, {"awe": 1.0}, file)


def times(moments: list[Moment]) -> list[float]:
    return [moment.seconds for moment in moments]


def first(frames: list[Moment], asked: list[int]) -> Callable[[int], list[Moment]]:
    """A search that finds `frames` in their order, and notes how many it was asked for."""

    def find(count: int) -> list[Moment]:
        asked.append(count)
        return frames[:count]

    return find


def test_the_best_frame_stands_for_its_neighbours() -> None:
    frames = [frame(10), frame(10.5), frame(14.5), frame(15), frame(5.5), frame(5)]
    assert times(with_gap(frames, 5)) == [10, 15, 5]


def test_frames_of_other_sources_and_sessions_are_no_neighbours() -> None:
    frames = [frame(10), frame(10, source="door.mp4"), frame(10, session=2), frame(11)]
    assert with_gap(frames, 5) == frames[:3]


def test_pictures_are_moments_of_their_own_whatever_their_place_in_the_folder() -> None:
    frames = [frame(0, LIBRARY, "sea", "a.jpg"), frame(0.5, LIBRARY, "sea", "b.jpg"), frame(0, 3, "sea", "a.jpg")]
    assert with_gap(frames, 5) == frames


def test_what_is_beside_the_moment_asked_about_is_left_out() -> None:
    frames = [frame(10), frame(11), frame(6), frame(4)]
    assert times(with_gap(frames, 5, beside=frame(10))) == [4]
    assert times(with_gap(frames, 0, beside=frame(10))) == [11, 6, 4]


def test_a_picture_asked_about_hides_no_moment() -> None:
    assert times(with_gap([frame(0)], 5, beside=frame(0, LIBRARY, "", "a.jpg"))) == [0]


def test_more_frames_are_asked_for_until_there_are_enough_moments() -> None:
    asked: list[int] = []
    frames = [frame(second / 2) for second in range(1000)]
    assert times(search_with_gap(first(frames, asked), 10, 5)) == [5.0 * number for number in range(10)]
    assert asked == [80, 320]


def test_the_search_ends_where_there_are_no_more_frames() -> None:
    asked: list[int] = []
    frames = [frame(second / 2) for second in range(100)]
    assert times(search_with_gap(first(frames, asked), 1000, 10)) == [0, 10, 20, 30, 40]
    assert len(asked) == 1
    assert search_with_gap(first([], asked), 3, 5) == []


@given(st.lists(st.integers(0, 200), unique=True), st.integers(1, 8), st.floats(0, 30))
def test_it_is_what_a_search_among_all_frames_would_choose(order: list[int], count: int, gap: float) -> None:
    frames = [frame(number / 2) for number in order]
    expected: list[float] = []
    for seconds in times(frames):
        if all(abs(seconds - other) >= gap for other in expected):
            expected.append(seconds)
    assert times(search_with_gap(first(frames, []), count, gap)) == expected[:count]


@pytest.mark.parametrize("gap", [0.0, 5.0])
def test_one_frame_is_one_moment(gap: float) -> None:
    assert times(search_with_gap(first([frame(7)], []), 10, gap)) == [7]
