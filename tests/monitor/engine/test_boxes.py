from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.engine.boxes import areas, overlap

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


@settings(deadline=None)
@given(grid_boxes(), grid_boxes())
def test_overlap_is_shared_cells_over_all_cells(first, second):
    found = overlap(array(first), array(second))
    assert found.shape == (len(first), len(second))
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            union = cells(one) | cells(other)
            expected = len(cells(one) & cells(other)) / len(union) if union else 0.0
            assert abs(found[i, j] - expected) < 1e-12


def test_a_box_turned_inside_out_has_no_area_and_shares_none():
    boxes = array([(5, 5, 2, 8), (0, 0, 4, 4)])
    assert areas(boxes).tolist() == [0, 16]
    assert overlap(boxes, boxes).tolist() == [[0, 0], [0, 1]]
