from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage import data

from monitor.engine.same_face import CELLS, CLEAR, colours, is_another
from monitor.sample import Face

BOX = (0.34, 0.13, 0.54, 0.36)
FACE = Face(BOX, 0.9)
EYES_AND_MOUTH = np.array([(204.5, 101.0), (247.0, 103.0), (225.0, 150.0)])
"""Of the portrait, in pixels."""


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return np.ascontiguousarray(data.astronaut())


def test_a_face_that_moves_a_little_is_the_same(portrait: np.ndarray) -> None:
    before = colours(portrait, FACE)
    assert before.shape == (2, CELLS, CELLS, 3)
    for move in ((4, 0), (0, -4), (3, 3)):
        moved = np.roll(portrait, move, axis=(0, 1))
        assert not is_another(before, colours(moved, FACE))
    darker = cv2.convertScaleAbs(portrait, alpha=0.9)
    assert not is_another(before, colours(darker, FACE))


def test_something_else_in_the_same_place_is_another(portrait: np.ndarray) -> None:
    other = np.ascontiguousarray(portrait[::-1, ::-1])
    assert is_another(colours(portrait, FACE), colours(other, FACE))
    assert is_another(colours(portrait, FACE), colours(np.full_like(portrait, 20), FACE))


def meshed(marks: np.ndarray, box: tuple[float, float, float, float] = BOX) -> Face:
    """A face of a picture of 512 by 512 pixels with eyes and mouth there, (3, 2) in pixels."""
    mesh = np.zeros((478, 3), np.float32)
    for points, mark in zip(([33, 133], [362, 263], [61, 291]), marks, strict=True):
        mesh[points, :2] = mark / 512
    return Face(box, 0.9, mesh)


@pytest.mark.parametrize(("degrees", "zoom"), [(25, 1.0), (-25, 1.3), (10, 0.6)])
def test_a_head_that_is_tilted_and_comes_nearer_is_the_same(portrait: np.ndarray, degrees: float, zoom: float) -> None:
    before = colours(portrait, meshed(EYES_AND_MOUTH))
    turn = cv2.getRotationMatrix2D((225.0, 120.0), degrees, zoom)
    tilted = np.asarray(cv2.warpAffine(portrait, turn, (512, 512), flags=cv2.INTER_AREA), np.uint8)
    marks = EYES_AND_MOUTH @ turn[:, :2].T + turn[:, 2]
    now = colours(tilted, meshed(marks))
    np.testing.assert_allclose(now[1], before[1], atol=16)
    assert np.median(abs(now[1] - before[1])) < 2
    assert not is_another(before, now)
    mirrored = np.ascontiguousarray(tilted[:, ::-1])
    assert is_another(before, colours(mirrored, meshed(marks))), "here somebody else is"


def test_the_face_in_the_box_or_laid_upright_is_enough_to_be_the_same(portrait: np.ndarray) -> None:
    before = colours(portrait, meshed(EYES_AND_MOUTH))
    turned_away = meshed(EYES_AND_MOUTH + np.array([(30, 0), (0, 0), (20, 0)]))
    assert not is_another(before, colours(portrait, turned_away))
    jumped = meshed(EYES_AND_MOUTH, (0.4, 0.2, 0.6, 0.43))
    assert not is_another(before, colours(portrait, jumped))


@pytest.mark.parametrize("place", [(0.0, 0.0), (511.0, 300.0), (9000.0, 9000.0), (225.0, 120.0)])
def test_a_mesh_in_one_place_or_outside_of_the_picture_is_none(
    portrait: np.ndarray, place: tuple[float, float]
) -> None:
    inside, laid = colours(portrait, meshed(np.array([place] * 3)))
    np.testing.assert_array_equal(laid, inside)
    assert np.isfinite(colours(portrait, meshed(EYES_AND_MOUTH - EYES_AND_MOUTH[0] + place))).all()


def test_in_dim_light_the_pattern_tells_faces_apart() -> None:
    dim = np.zeros((2, CELLS, CELLS, 3), np.float32)
    dim[..., 0] = np.linspace(20, 30, CELLS)
    turned = dim[:, :, ::-1]
    assert np.median(abs(dim - turned)[..., 0]) < CLEAR / 2
    assert is_another(dim, turned)
    assert not is_another(dim, dim + np.float32([2, 1, 1]))


def test_an_even_picture_has_no_pattern() -> None:
    grey = np.full((64, 64, 3), 120, np.uint8)
    assert not is_another(colours(grey, FACE), colours(grey + np.uint8(9), FACE))


@pytest.mark.parametrize("box", [(0.0, 0.0, 1.0, 1.0), (0.999, 0.999, 1.0, 1.0), (0.5, 0.5, 0.5, 0.5)])
def test_boxes_of_every_size(portrait: np.ndarray, box: tuple[float, float, float, float]) -> None:
    assert np.isfinite(colours(portrait, Face(box, 0.9))).all()
