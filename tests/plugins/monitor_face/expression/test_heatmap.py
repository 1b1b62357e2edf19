"""Dots where the landmarks are, against a slow and obvious drawing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.testing.samples import PORTRAIT_MESH
from monitor_face.expression.heatmap import BROWS, EYES, LANDMARKS, MOUTH, NOSE, SPREAD, heatmaps, seen


def faces(count: int, size: int, seed: int = 0) -> NDArray[np.float32]:
    """Landmarks (count, 37, 2) all over a picture and a little beyond."""
    return np.random.default_rng(seed).uniform(-0.1 * size, 1.1 * size, (count, 37, 2)).astype(np.float32)


def one_dot(x: float, y: float, size: int) -> NDArray[np.float32]:
    """Landmarks (1, 37, 2), all of them in one place."""
    return np.full((1, 37, 2), (x, y), np.float32)


def light(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Where the light is centred, (x, y) in pixels from the corner."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]] + 0.5
    return np.array([(picture * x).sum(), (picture * y).sum()]) / picture.sum()


def test_there_are_37_landmarks() -> None:
    assert len(LANDMARKS) == len(set(LANDMARKS)) == 37
    assert min(LANDMARKS) >= 0
    assert max(LANDMARKS) < 478


def test_they_lie_where_their_names_say() -> None:
    """On the portrait, whose head is a little tilted."""
    points = np.load(PORTRAIT_MESH, allow_pickle=False)[:, :2] * 512
    heights = [points[list(part), 1].mean() for part in (BROWS, EYES, NOSE, MOUTH)]
    assert heights == sorted(heights)
    brows = points[list(BROWS), 0]
    assert (np.diff(brows) > 0).all()
    for eye in (EYES[:6], EYES[6:]):
        ring = points[list(eye)]
        corners, upper, lower = ring[[0, 3]], ring[[1, 2]], ring[[4, 5]]
        assert upper[:, 1].mean() < corners[:, 1].mean() < lower[:, 1].mean()
    assert points[list(EYES[:6]), 0].max() < points[list(NOSE[:2]), 0].min()
    assert points[list(EYES[6:]), 0].min() > points[list(NOSE[:2]), 0].max()
    mouth = points[list(MOUTH)]
    assert mouth[0, 0] == mouth[:, 0].min()
    assert mouth[4, 0] == mouth[:, 0].max()
    inner = mouth[8:, 1]
    assert mouth[2, 1] < inner[0] < inner[1] < mouth[6, 1]


@pytest.mark.parametrize("size", [24, 40])
def test_the_picture_is_that_of_a_slow_loop(size: int) -> None:
    landmarks = faces(2, size)
    drawn = heatmaps(landmarks, size)
    assert drawn.shape == (2, size, size)
    assert drawn.dtype == np.uint8
    for picture, points in zip(drawn, landmarks.astype(np.float64), strict=True):
        for row in range(size):
            for column in range(size):
                distance = (points[:, 0] - column - 0.5) ** 2 + (points[:, 1] - row - 0.5) ** 2
                light = np.exp(-distance / (2 * (SPREAD * size) ** 2)).sum()
                assert abs(picture[row, column] - 255 * min(1.0, light)) <= 0.51


def test_a_face_is_drawn_alike_in_any_company() -> None:
    landmarks = faces(9, 64)
    landmarks[3] = np.nan
    together = heatmaps(landmarks, 64)
    alone = np.concatenate([heatmaps(each[None], 64) for each in landmarks])
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_landmarks_that_are_no_numbers_give_black(wrong: float) -> None:
    landmarks = faces(3, 64)
    landmarks[1, 20, 1] = wrong
    drawn = heatmaps(landmarks, 64)
    assert not drawn[1].any()
    assert drawn[0].max() > 200
    assert drawn[2].max() > 200


def test_half_a_pixel_makes_a_difference() -> None:
    before, after = (heatmaps(one_dot(x, 30.0, 64) + np.float32([[0, 0]]), 64)[0] for x in (30.0, 30.5))
    assert np.abs(before.astype(int) - after).max() > 20


@pytest.mark.parametrize("size", [64, 224])
def test_the_light_is_where_the_landmark_is(size: int) -> None:
    landmarks = np.full((1, 37, 2), -1000.0, np.float32)
    for x, y in ((0.3 * size, 0.6 * size), (0.3 * size + 0.3, 0.6 * size - 0.4)):
        landmarks[0, 5] = x, y
        np.testing.assert_allclose(light(heatmaps(landmarks, size)[0]), (x, y), atol=0.05)


def test_landmarks_outside_leave_at_most_their_rim() -> None:
    assert not heatmaps(one_dot(1e7, -1e7, 64), 64).any()
    assert not heatmaps(one_dot(-5.0, 32.0, 64), 64).any()
    landmarks = np.full((1, 37, 2), 1000.0, np.float32)
    landmarks[0, 0] = (-0.5, 32.0)
    rim = heatmaps(landmarks, 64)[0]
    assert rim[31, 0] > 50
    assert not rim[:, 4:].any()


def test_seen_is_the_affine_map_of_the_pixels() -> None:
    generator = np.random.default_rng(0)
    points = generator.uniform(0, 1, (37, 2)).astype(np.float32)
    matrix = generator.normal(0, 1, (2, 3))
    expected = cv2.transform((points.astype(np.float64) * (640, 360))[None], matrix)[0]
    aligned = seen(points, matrix, 640, 360)
    assert aligned.dtype == np.float32
    np.testing.assert_allclose(aligned, expected, rtol=1e-5, atol=1e-3)
