from __future__ import annotations

import itertools
import random

import pytest

from monitor_people.bench.scores import b_cubed


def by_definition(true: list[int], found: list[int]) -> tuple[float, float]:
    """Item by item, as Amigó et al. write it."""
    items = range(len(true))
    precision = [
        sum(true[one] == true[other] for other in items if found[one] == found[other])
        / sum(found[one] == found[other] for other in items)
        for one in items
    ]
    recall = [
        sum(found[one] == found[other] for other in items if true[one] == true[other])
        / sum(true[one] == true[other] for other in items)
        for one in items
    ]
    return sum(precision) / len(true), sum(recall) / len(true)


def test_by_hand() -> None:
    """Ann, Ann, Ben found as 1, 1, 1: precision (2/3 + 2/3 + 1/3) / 3, recall 1."""
    score = b_cubed(["Ann", "Ann", "Ben"], [1, 1, 1])
    assert score.precision == pytest.approx(5 / 9)
    assert score.recall == 1
    assert score.f1 == pytest.approx(2 * (5 / 9) / (1 + 5 / 9))


def test_everybody_apart() -> None:
    score = b_cubed([1, 1, 1, 2], [1, 2, 3, 4])
    assert score.precision == 1
    assert score.recall == pytest.approx((3 * 1 / 3 + 1) / 4)


def test_names_do_not_matter() -> None:
    score = b_cubed([1, 1, 2], ["x", "x", "y"])
    assert (score.precision, score.recall, score.f1) == (1, 1, 1)


def test_as_defined_item_by_item() -> None:
    numbers = random.Random(0)
    for people, persons in itertools.product((1, 3, 6), (1, 2, 8)):
        true = [numbers.randrange(people) for _ in range(40)]
        found = [numbers.randrange(persons) for _ in range(40)]
        score = b_cubed(true, found)
        assert (score.precision, score.recall) == pytest.approx(by_definition(true, found))


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="must be the same"):
        b_cubed([1, 2], [1])
    assert b_cubed([], []).f1 == 1
