from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_face.detection.views import COLUMNS, ROWS, SMALLEST_TILED, TILE_SIDE, View, views
from monitor_face.halves import Halves

FULL_HD = views(Halves(np.zeros((1080, 1920, 3), np.uint8)))


def gradient(width: int, height: int) -> np.ndarray:
    """A picture whose red is the place across and whose green the place down, 0 to 250."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.linspace(0, 250, width)[None, :]
    image[..., 1] = np.linspace(0, 250, height)[:, None]
    return image


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (640, 360), (480, 800), (321, 200)])
def test_each_view_shows_the_place_it_names(size):
    whole, *tiles = views(Halves(gradient(*size)))
    assert (whole.left, whole.top, whole.right, whole.bottom) == (0, 0, 1, 1)
    assert len(tiles) == COLUMNS * ROWS
    for view in (whole, *tiles):
        height, width, _ = view.image.shape
        assert max(width, height) <= TILE_SIDE + 1  # rounded
        np.testing.assert_allclose(view.image[height // 2, [0, -1], 0] / 250, [view.left, view.right], atol=0.02)
        np.testing.assert_allclose(view.image[[0, -1], width // 2, 1] / 250, [view.top, view.bottom], atol=0.02)


def test_a_small_picture_is_looked_at_once():
    assert len(views(Halves(gradient(SMALLEST_TILED - 1, 200)))) == 1
    assert len(views(Halves(gradient(SMALLEST_TILED, 200)))) == 1 + COLUMNS * ROWS
    assert len(views(Halves(gradient(1, 1)))) == 1


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.23), st.floats(0.01, 0.31))
def test_every_face_up_to_a_quarter_lies_whole_in_some_tile(x, y, width, height):
    left, top = x * (1 - width), y * (1 - height)
    box = np.array([[left, top, left + width, top + height]])
    whole = []
    for tile in FULL_HD[1:]:
        inside = (box - [tile.left, tile.top] * 2) / ([tile.right - tile.left, tile.bottom - tile.top] * 2)
        np.testing.assert_allclose(tile.to_picture(inside), box, atol=1e-9)
        whole.append(bool(tile.holds(inside)[0]))
    assert any(whole)


def test_a_box_cut_by_a_border_inside_the_picture_is_not_held_but_one_cut_by_the_picture_is():
    corner = View(np.zeros((8, 8, 3), np.uint8), 0.0, 0.0, 0.5, 0.5)
    boxes = np.array([(-0.1, -0.2, 0.3, 0.3), (0.7, 0.1, 1.0, 0.4), (0.1, 0.7, 0.4, 1.2), (0.4, 0.4, 0.6, 0.6)])
    assert corner.holds(boxes).tolist() == [True, False, False, True]
    assert corner.holds(np.zeros((0, 4))).tolist() == []
