"""What is drawn, seen by its pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from monitor.live.annotate import PICTURE_WIDTH, annotated_jpeg
from monitor.sample import Face, Frame, Observation, Sample


def decode(jpeg: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_a_box_is_drawn_where_the_face_is() -> None:
    image = np.zeros((540, 1920, 3), np.uint8)
    sample = Sample(Frame(image, 0, 1, 0, source_name="clip"), (Face((0.25, 0.4, 0.5, 0.8), 0.9, None, 7),))
    seen = Observation("faces", 1, 0, 7, {"happiness": 0.9, "sadness": 0.1})
    picture = decode(annotated_jpeg(sample, [seen]))
    assert picture.shape == (270, PICTURE_WIDTH, 3)
    drawn = np.argwhere(picture[:, :, 2] > 120)
    assert drawn[:, 1].min() == pytest.approx(0.25 * PICTURE_WIDTH, abs=3)
    assert drawn[:, 0].max() == pytest.approx(0.8 * 270, abs=3)
    above = picture[int(0.4 * 270) - 20 : int(0.4 * 270) - 4]
    assert (above > 200).any()  # letters


def test_the_frame_that_was_given_is_not_drawn_on() -> None:
    image = np.zeros((60, 80, 3), np.uint8)
    sample = Sample(Frame(image, 0, 1, 0, source_name="clip"), (Face((0.1, 0.1, 0.5, 0.5), 0.9, None, 1),))
    annotated_jpeg(sample, [])
    assert not image.any()


def test_a_name_stands_where_the_number_would_and_has_other_letters() -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    sample = Sample(Frame(image, 0, 1, 0, source_name="clip"), (Face((0.1, 0.3, 0.5, 0.9), 0.9, None, 1),))

    def letters(titles: dict[int, str]) -> int:
        return int((decode(annotated_jpeg(sample, [], titles=titles)).min(axis=2) > 200).sum())  # white

    assert letters({1: "Ann Lee-Miller"}) > 3 * letters({})
    assert letters({1: "Zoë"}) == letters({1: "Zoe"})
    assert letters({1: "\N{CYRILLIC CAPITAL LETTER A}"}) == letters({})  # OpenCV has no such letters


def test_faces_are_blurred_where_that_is_asked_for_and_nothing_else_is() -> None:
    image = np.random.default_rng(0).integers(0, 256, (200, 400, 3), np.uint8)
    sample = Sample(Frame(image, 0, 1, 0, source_name="clip"), (Face((0.5, 0.2, 0.9, 0.8), 0.9, None, 1),))
    plain, blurred = (decode(annotated_jpeg(sample, [], blur=blur)).astype(float) for blur in (False, True))
    inside, outside = np.s_[50:150, 210:350], np.s_[50:150, 10:180]
    assert blurred[inside].std() < 0.2 * plain[inside].std()
    assert blurred[outside].std() == pytest.approx(plain[outside].std(), rel=0.05)
