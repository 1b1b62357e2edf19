"""The short-range detector against mediapipe's own way of running the same model."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from monitor_face.detection.short_range import KEYPOINTS, ShortRange, averaged

PORTRAIT = np.ascontiguousarray(data.astronaut())


@pytest.fixture(scope="module")
def short_range():
    short_range = ShortRange()
    yield short_range
    short_range.close()


@pytest.mark.parametrize(("top", "bottom", "left", "right"), [(0, 512, 0, 512), (0, 300, 60, 460), (0, 480, 100, 360)])
def test_it_finds_what_mediapipe_finds(short_range, top, bottom, left, right):
    from mediapipe.python.solutions.face_detection import FaceDetection

    image = np.ascontiguousarray(PORTRAIT[top:bottom, left:right])
    found = short_range(image, 0.5)
    with FaceDetection(model_selection=0) as reference:
        (expected,) = reference.process(image).detections
    place = expected.location_data.relative_bounding_box
    box = [place.xmin, place.ymin, place.xmin + place.width, place.ymin + place.height]
    np.testing.assert_allclose(found.boxes, [box], atol=1e-5)
    points = [(point.x, point.y) for point in expected.location_data.relative_keypoints]
    np.testing.assert_allclose(found.keypoints, [points], atol=1e-5)
    np.testing.assert_allclose(found.scores, expected.score, atol=1e-5)


def test_nobody_is_found_where_nobody_is(short_range):
    found = short_range(np.full((100, 200, 3), 90, np.uint8), 0.5)
    assert (found.boxes.shape, found.keypoints.shape, found.scores.shape) == ((0, 4), (0, KEYPOINTS, 2), (0,))


def test_boxes_of_one_face_are_averaged_by_their_scores():
    points = np.zeros((3, 2 + KEYPOINTS, 2))
    points[:, 0] = [(0.5, 0.5), (0.1, 0.1), (0.53, 0.5)]  # middles
    points[:, 1] = 0.2  # sizes
    means, scores = averaged(points, np.array([0.6, 0.7, 0.9]))
    np.testing.assert_allclose(scores, [0.9, 0.7])
    np.testing.assert_allclose(means[:, 0], [((0.5 * 0.6 + 0.53 * 0.9) / 1.5, 0.5), (0.1, 0.1)])
