from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.engine.boxes import overlap
from monitor_face.detection.suppression import SAME_SMALLER, SAME_UNION, suppress

GRID = 12


@st.composite
def grid_boxes(draw, most: int = 8):
    """Boxes with corners on a grid, whose areas can be counted in cells."""
    boxes = []
    for _ in range(draw(st.integers(0, most))):
        left, right = sorted(draw(st.tuples(*[st.integers(0, GRID)] * 2)))
        top, bottom = sorted(draw(st.tuples(*[st.integers(0, GRID)] * 2)))
        boxes.append((left, top, right, bottom))
    return boxes


def cells(box) -> set[tuple[int, int]]:
    left, top, right, bottom = box
    return {(x, y) for x in range(left, right) for y in range(top, bottom)}


def array(boxes) -> np.ndarray:
    return np.array(boxes, np.float64).reshape(-1, 4)


def slow_suppression(boxes, scores) -> list[int]:
    """Greedy suppression as a text book has it."""
    kept: list[int] = []
    for index in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        mine = cells(boxes[index])
        for other in kept:
            shared, theirs = mine & cells(boxes[other]), cells(boxes[other])
            if len(shared) > SAME_UNION * len(mine | theirs) or len(shared) > SAME_SMALLER * min(
                len(mine), len(theirs)
            ):
                break
        else:
            kept.append(index)
    return kept


@settings(deadline=None)
@given(grid_boxes(), st.data())
def test_suppression_agrees_with_the_text_book(boxes, data):
    scores = data.draw(st.lists(st.integers(0, 4), min_size=len(boxes), max_size=len(boxes)))
    assert suppress(array(boxes), np.array(scores, np.float64)) == slow_suppression(boxes, scores)


def test_a_part_of_a_face_does_not_survive_beside_the_whole():
    whole, part, neighbour = (0.2, 0.2, 0.6, 0.6), (0.45, 0.25, 0.6, 0.45), (0.62, 0.2, 0.9, 0.6)
    assert overlap(array([whole]), array([part]))[0, 0] < SAME_UNION  # the union alone would let it pass
    assert suppress(array([part, whole, neighbour]), np.array([0.7, 0.9, 0.8])) == [1, 2]


def test_nothing_stays_of_nothing():
    assert suppress(np.zeros((0, 4)), np.zeros(0)) == []
