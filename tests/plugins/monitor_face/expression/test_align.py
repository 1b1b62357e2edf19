"""Eyes and mouth land where section 4.4 of Kanamori et al. puts them, whatever the picture's size, shape and tilt."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.sample import Box
from monitor_face.expression import align

SIZE = 120
"""One pixel for each unit of the frame of 100 with its margin of 10 on both sides."""
WANTED = np.array([(35, 45), (85, 45), (60, 85)], np.float64)
"""Left eye, right eye and mouth in an aligned face of SIZE pixels."""


def aligned_face(
    picture: NDArray[np.uint8], mesh: NDArray[np.float32] | None, box: Box, size: int, margin: float = align.MARGIN
) -> NDArray[np.uint8]:
    """The grey face, uint8 (size, size)."""
    height, width, _ = picture.shape
    return align.warp(picture, align.alignment(mesh, box, width, height, size, margin), size)[:, :, 0]


def mesh_with(anchors: NDArray[np.float64], width: int, height: int) -> NDArray[np.float32]:
    """A mesh whose eyes and mouth lie at `anchors` (3, 2), in pixels; their corners 2 pixels to both sides."""
    mesh = np.full((478, 3), 0.5, np.float32)
    for pair, place in zip((align.LEFT_EYE, align.RIGHT_EYE, align.MOUTH), anchors, strict=True):
        for point, side in zip(pair, (-2, 2), strict=True):
            mesh[point, :2] = (place[0] + side) / width, place[1] / height
    return mesh


def dots(anchors: NDArray[np.float64], width: int, height: int, radius: float) -> NDArray[np.uint8]:
    """A black picture with soft white dots at `anchors`, in pixels from the picture's corner."""
    y, x = np.mgrid[:height, :width] + 0.5
    picture = np.zeros((height, width))
    for place in anchors:
        picture += np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / (2 * radius**2))
    return np.repeat((255 * picture.clip(0, 1)).astype(np.uint8)[..., None], 3, axis=2)


def centre_of_light(picture: NDArray[np.uint8], near: NDArray[np.float64], reach: int = 12) -> NDArray[np.float64]:
    """Where the light around `near` is centred, in pixels from the picture's corner."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]] + 0.5
    weight = picture * ((abs(x - near[0]) < reach) & (abs(y - near[1]) < reach))
    return np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()


@settings(max_examples=40, deadline=None)
@given(
    roll=st.floats(-60, 60),
    scale=st.floats(0.3, 6),
    stretch=st.floats(0.75, 1.3),
    shift=st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
)
def test_eyes_and_mouth_land_in_place(roll: float, scale: float, stretch: float, shift: tuple[float, float]) -> None:
    width, height = 800, 700
    turn = np.array(
        [[np.cos(np.radians(roll)), -np.sin(np.radians(roll))], [np.sin(np.radians(roll)), np.cos(np.radians(roll))]]
    )
    face = (align.ANCHORS - align.ANCHORS.mean(axis=0)) * (stretch, 1)
    anchors = scale * face @ turn.T + (width / 2 + shift[0], height / 2 + shift[1])
    picture = dots(anchors, width, height, radius=4 * scale)

    aligned = aligned_face(picture, mesh_with(anchors, width, height), (0, 0, 1, 1), SIZE)

    assert aligned.shape == (SIZE, SIZE)
    assert aligned.dtype == np.uint8
    for wanted in WANTED:
        np.testing.assert_allclose(centre_of_light(aligned, wanted), wanted, atol=0.5)


def test_the_affine_map_sends_the_three_points_where_the_paper_says() -> None:
    anchors = np.array([(310, 200), (402, 215), (350, 290)], np.float64)
    matrix = align.affine_map(anchors, scale=1.0, margin=0.0)
    assert matrix is not None
    np.testing.assert_allclose(cv2.transform(anchors[None], matrix)[0], [(25, 35), (75, 35), (50, 75)], atol=1e-9)


def test_a_mirrored_picture_gives_the_mirrored_face() -> None:
    generator = np.random.default_rng(0)
    picture = cv2.resize(generator.integers(0, 256, (30, 40, 3), np.uint8), (400, 300), interpolation=cv2.INTER_CUBIC)
    anchors = np.array([(160, 110), (240, 118), (196, 190)], np.float64)
    mirrored = (anchors * (-1, 1) + (400, 0))[[1, 0, 2]]
    face = aligned_face(picture, mesh_with(anchors, 400, 300), (0, 0, 1, 1), 64)
    other = aligned_face(np.ascontiguousarray(picture[:, ::-1]), mesh_with(mirrored, 400, 300), (0, 0, 1, 1), 64)
    assert np.abs(face.astype(int) - other[:, ::-1]).mean() < 1.0


def test_a_large_face_is_averaged_not_thinned_out() -> None:
    """Every second column black: a plain warp of a 20-fold reduction would show stripes or one of the two colours."""
    picture = np.zeros((1600, 1600, 3), np.uint8)
    picture[:, ::2] = 255
    anchors = align.ANCHORS * 12 + 200
    face = aligned_face(picture, mesh_with(anchors, 1600, 1600), (0, 0, 1, 1), 64)
    assert abs(float(face.mean()) - 127.5) < 3
    assert face.std() < 6


@pytest.mark.parametrize("factor", [2, 5, 12])
def test_a_larger_picture_of_the_same_face_gives_the_same(factor: int) -> None:
    """However often it is halved on the way; against the mean of the pixels that stand for one."""
    generator = np.random.default_rng(3)
    coarse = generator.integers(0, 256, (8, 11, 3), np.uint8)
    picture = cv2.resize(coarse, (160 * factor, 121 * factor), interpolation=cv2.INTER_CUBIC)
    means = picture.reshape(121, factor, 160, factor, 3).mean(axis=(1, 3)).round().astype(np.uint8)
    mesh = mesh_with(np.array([(61, 41), (98, 45), (77, 71)], np.float64), 160, 121)
    face, expected = (aligned_face(each, mesh, (0, 0, 1, 1), 40).astype(int) for each in (picture, means))
    assert np.abs(face - expected).mean() < 1.5
    assert np.abs(face - expected).max() < 12


def test_luma_is_that_of_itu_bt_601() -> None:
    picture = np.empty((50, 50, 3), np.uint8)
    picture[:] = (200, 100, 50)
    face = aligned_face(picture, None, (0.2, 0.2, 0.8, 0.8), 32)
    assert np.abs(face.astype(float) - (0.299 * 200 + 0.587 * 100 + 0.114 * 50)).max() <= 1


def test_in_colour_every_channel_is_seen_as_luma_is() -> None:
    picture = np.random.default_rng(5).integers(0, 256, (90, 120, 3), np.uint8)
    matrix = align.alignment(None, (0.1, 0.1, 0.8, 0.8), 120, 90, 40)
    face = align.warp(picture, matrix, 40, grey=False)
    assert face.shape == (40, 40, 3)
    for channel in range(3):
        alone = np.repeat(picture[:, :, channel : channel + 1], 3, axis=2)
        assert np.abs(face[:, :, channel].astype(int) - align.warp(alone, matrix, 40)[:, :, 0]).max() <= 1


def test_without_a_mesh_the_square_around_the_box_is_cut_out() -> None:
    """The crop of a box 100 wide and 60 high is the 100 x 100 square around its middle."""
    generator = np.random.default_rng(1)
    grey = generator.integers(0, 256, (200, 300), np.uint8)
    face = aligned_face(np.repeat(grey[..., None], 3, 2), None, (80 / 300, 70 / 200, 180 / 300, 130 / 200), 100)
    assert np.abs(face.astype(int) - grey[50:150, 80:180]).max() <= 1


def test_what_lies_outside_the_picture_repeats_its_border() -> None:
    picture = np.full((40, 40, 3), 90, np.uint8)
    assert (aligned_face(picture, None, (-0.5, -0.5, 1.5, 1.5), 32) == 90).all()


@pytest.mark.parametrize(
    "anchors",
    [
        pytest.param([(100, 100), (140, 100), (120, 101)], id="on one line"),
        pytest.param([(100, 100), (100, 100), (100, 100)], id="one point"),
        pytest.param([(140, 100), (100, 100), (120, 140)], id="inside out"),
        pytest.param([(np.nan, 100), (140, 100), (120, 140)], id="not a number"),
    ],
)
def test_a_mesh_that_is_no_face_falls_back_to_the_box(anchors: list[tuple[float, float]]) -> None:
    generator = np.random.default_rng(2)
    picture = generator.integers(0, 256, (240, 240, 3), np.uint8)
    box = (0.3, 0.3, 0.7, 0.7)
    face = aligned_face(picture, mesh_with(np.array(anchors, np.float64), 240, 240), box, 48)
    np.testing.assert_array_equal(face, aligned_face(picture, None, box, 48))


def test_a_wider_margin_shows_the_same_face_in_the_middle() -> None:
    generator = np.random.default_rng(3)
    picture = cv2.resize(generator.integers(0, 256, (20, 20, 3), np.uint8), (300, 300), interpolation=cv2.INTER_CUBIC)
    anchors = align.ANCHORS * 1.5 + 70
    for mesh in (mesh_with(anchors, 300, 300), None):
        near = aligned_face(picture, mesh, (0.3, 0.3, 0.7, 0.7), 96)
        far = aligned_face(picture, mesh, (0.3, 0.3, 0.7, 0.7), 120, margin=25.0)
        assert np.abs(near[2:-2, 2:-2].astype(int) - far[14:-14, 14:-14]).max() <= 2


def test_the_picture_is_left_as_it_was() -> None:
    picture = np.random.default_rng(4).integers(0, 256, (60, 60, 3), np.uint8)
    before = picture.copy()
    picture.setflags(write=False)
    aligned_face(picture, None, (0, 0, 1, 1), 32)
    np.testing.assert_array_equal(picture, before)


@pytest.mark.parametrize("seed", range(20))
def test_matrices_are_turned_round_and_measured_as_numpy_does_it(seed):
    matrix = np.random.default_rng(seed).normal(size=(2, 2)) * 10.0 ** (seed % 5 - 2)
    np.testing.assert_allclose(align.determinant(matrix), np.linalg.det(matrix))
    np.testing.assert_allclose(align.inverse(matrix), np.linalg.inv(matrix))
    np.testing.assert_allclose(align.stretches(matrix), np.linalg.svd(matrix, compute_uv=False), atol=1e-12)
