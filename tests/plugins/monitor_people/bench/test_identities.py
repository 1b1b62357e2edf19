from __future__ import annotations

import numpy as np
import pytest

from monitor_people.bench.identities import Moment, idf1

pytest.importorskip("motmetrics")


def one(true: int, found: int) -> Moment:
    return Moment([true], [found], np.zeros((1, 1)))


def test_everybody_right() -> None:
    assert idf1([one(1, 7)] * 4 + [one(2, 3)] * 4) == 1


def test_one_number_for_two_people() -> None:
    """8 true and 8 found boxes, of which 4 can be matched one to one: 2 * 4 / 16."""
    assert idf1([one(1, 7)] * 4 + [one(2, 7)] * 4) == pytest.approx(0.5)


def test_a_number_that_changes() -> None:
    assert idf1([one(1, 7)] * 3 + [one(1, 8)]) == pytest.approx(2 * 3 / 8)


def test_places_that_are_too_far_are_not_the_same() -> None:
    assert idf1([Moment([1], [7], np.array([[np.nan]]))] * 4) == 0
