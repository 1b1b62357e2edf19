"""Steps along Mikels' wheel."""

from __future__ import annotations

import numpy as np

from monitor_train.pictures.layouts import MIKELS
from monitor_train.retrieval.emotion_wheel import WHEEL, distances, polarities, steps


def walked(one: str, other: str) -> int:
    """Steps of two walkers, one in each direction, until either arrives."""
    left = right = WHEEL.index(one)
    for step in range(len(WHEEL)):
        if other in (WHEEL[left], WHEEL[right]):
            return step
        left, right = (left - 1) % len(WHEEL), (right + 1) % len(WHEEL)
    raise AssertionError


def test_the_wheel_has_the_eight_emotions_with_each_polarity_together() -> None:
    assert sorted(WHEEL) == sorted(MIKELS)
    assert polarities(WHEEL).tolist() == [True] * 4 + [False] * 4


def test_steps_are_those_of_the_shorter_way() -> None:
    for one in WHEEL:
        for other in WHEEL:
            assert steps(one, other) == steps(other, one) == walked(one, other)
    assert steps("excitement", "fear") == steps("amusement", "anger") == 1
    assert steps("amusement", "fear") == steps("excitement", "anger") == 4


def test_emotions_beside_the_wheel_are_near_their_polarity_only() -> None:
    assert steps("joy", "joy") == 0
    assert steps("joy", "surprise") == steps("joy", "awe") == 1
    assert steps("joy", "fear") == steps("sadness", "surprise") == 4


def test_distances_begin_at_one() -> None:
    found = distances(("awe", "excitement", "sadness"))
    np.testing.assert_array_equal(found, [[1, 2, 4], [2, 1, 3], [4, 3, 1]])
