"""The full-range detector against mediapipe's own way of running the same model."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from monitor_face.detection.full_range import SIDE, FullRange, squared
from monitor_face.detection.suppression import suppress

PORTRAIT = np.ascontiguousarray(data.astronaut())


@pytest.fixture(scope="module")
def full_range() -> FullRange:
    return FullRange()


@pytest.mark.parametrize(("top", "bottom", "left", "right"), [(0, 512, 0, 512), (0, 300, 60, 460), (0, 480, 100, 360)])
def test_it_finds_what_mediapipe_finds_where_mediapipe_finds_it(full_range, top, bottom, left, right):
    from mediapipe.python.solutions.face_detection import FaceDetection

    image = np.ascontiguousarray(PORTRAIT[top:bottom, left:right])
    boxes, scores = full_range(image)
    kept = suppress(boxes, scores)
    with FaceDetection(model_selection=1) as reference:
        found = reference.process(image).detections or []
    assert len(kept) == len(found) == 1
    place = found[0].location_data.relative_bounding_box
    expected = [place.xmin, place.ymin, place.xmin + place.width, place.ymin + place.height]
    np.testing.assert_allclose(boxes[kept[0]], expected, atol=0.03)  # mediapipe averages the boxes of one face
    assert scores[kept[0]] == pytest.approx(found[0].score[0], abs=0.1)


def test_nobody_is_found_where_nobody_is(full_range):
    boxes, scores = full_range(np.full((100, 200, 3), 90, np.uint8))
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)


@pytest.mark.parametrize("shape", [(100, 200), (200, 100), (192, 192), (50, 31)])
def test_a_picture_keeps_its_shape_in_the_middle_of_the_square(shape):
    square, size = squared(np.full((*shape, 3), 255, np.uint8))
    assert square.shape == (SIDE, SIDE, 3)
    height, width = (square[..., 0] > 0).any(1).sum(), (square[..., 0] > 0).any(0).sum()
    np.testing.assert_allclose(size * SIDE, [width, height])
    assert width / height == pytest.approx(shape[1] / shape[0], rel=0.05)
