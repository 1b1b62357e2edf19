"""What is drawn, seen by its pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from monitor.annotate import PICTURE_WIDTH, THUMBNAIL_SIZE, annotated_jpeg, thumbnail
from monitor.sample import Face, Frame, Observation, Sample


def decode(jpeg: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_a_box_is_drawn_where_the_face_is() -> None:
    image = np.zeros((540, 1920, 3), np.uint8)
    sample = Sample(Frame(image, 0, "clip", 0), (Face((0.25, 0.4, 0.5, 0.8), 0.9, None, 7),))
    seen = Observation("faces", "clip", 0, 7, {"happiness": 0.9, "sadness": 0.1})
    picture = decode(annotated_jpeg(sample, [seen]))
    assert picture.shape == (270, PICTURE_WIDTH, 3)
    drawn = np.argwhere(picture[:, :, 2] > 120)
    assert drawn[:, 1].min() == pytest.approx(0.25 * PICTURE_WIDTH, abs=3)
    assert drawn[:, 0].max() == pytest.approx(0.8 * 270, abs=3)
    above = picture[int(0.4 * 270) - 20 : int(0.4 * 270) - 4]
    assert (above > 200).any()  # letters


def test_the_frame_that_was_given_is_not_drawn_on() -> None:
    image = np.zeros((60, 80, 3), np.uint8)
    sample = Sample(Frame(image, 0, "clip", 0), (Face((0.1, 0.1, 0.5, 0.5), 0.9, None, 1),))
    annotated_jpeg(sample, [])
    assert not image.any()


@pytest.mark.parametrize(
    "box", [(0.4, 0.4, 0.6, 0.6), (0.0, 0.0, 0.3, 0.2), (0.9, 0.9, 1.0, 1.0), (0.5, 0.5, 0.5, 0.5)]
)
def test_thumbnails_are_square_wherever_the_face_is(box: tuple[float, float, float, float]) -> None:
    image = np.full((90, 160, 3), 77, np.uint8)
    picture = decode(thumbnail(image, box))
    assert picture.shape == (THUMBNAIL_SIZE, THUMBNAIL_SIZE, 3)
    assert picture.mean() == pytest.approx(77, abs=2)
