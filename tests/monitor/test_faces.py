from __future__ import annotations

import numpy as np
import pytest

from monitor.faces import FaceStage
from monitor.sample import Face, Frame

LEFT, RIGHT = (0.1, 0.4, 0.2, 0.5), (0.7, 0.4, 0.9, 0.6)


class FakeDetector:
    """Finds what it is told to: the first pixel's red says whether there is a face left, its green one right."""

    def __init__(self) -> None:
        self.closed = False

    def detect(self, image: np.ndarray) -> list[Face]:
        red, green, _ = image[0, 0]
        return [*([Face(RIGHT, 0.9)] if green else []), *([Face(LEFT, 0.8)] if red else [])]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def stage():
    return FaceStage(FakeDetector())


def frame(seconds: float, source: str = "a", *, left: int = 1, right: int = 1, file: str | None = None) -> Frame:
    image = np.zeros((4, 6, 3), np.uint8)
    image[0, 0] = left, right, 0
    return Frame(image, seconds, source, 0, file)


def numbers(sample) -> list[tuple[float, int]]:
    """(left side, number) of each face."""
    return [(face.box[0], face.track) for face in sample.faces]


def test_faces_come_from_left_to_right_with_the_largest_first_in_number(stage):
    seen = frame(0.0)
    sample = stage(seen)
    assert sample.frame is seen
    assert numbers(sample) == [(0.1, 2), (0.7, 1)]


def test_people_keep_their_numbers_from_sample_to_sample(stage):
    assert numbers(stage(frame(0.0, right=0))) == [(0.1, 1)]
    assert numbers(stage(frame(0.5))) == [(0.1, 1), (0.7, 2)]
    assert numbers(stage(frame(1.0, left=0, right=0))) == []
    assert numbers(stage(frame(1.5))) == [(0.1, 1), (0.7, 2)]


def test_each_source_counts_for_itself_though_they_take_turns(stage):
    assert numbers(stage(frame(0.0, "a", right=0))) == [(0.1, 1)]
    assert numbers(stage(frame(0.0, "b", left=0))) == [(0.7, 1)]
    assert numbers(stage(frame(0.5, "a"))) == [(0.1, 1), (0.7, 2)]
    assert numbers(stage(frame(0.5, "b"))) == [(0.1, 2), (0.7, 1)]


def test_no_two_pictures_of_a_folder_share_a_person(stage):
    assert numbers(stage(frame(0.0, file="a.png"))) == [(0.1, 1), (0.7, 2)]
    assert numbers(stage(frame(0.5, left=0, right=0, file="b.png"))) == []
    assert numbers(stage(frame(1.0, left=0, file="c.png"))) == [(0.7, 3)]
    assert numbers(stage(frame(1.5, file="d.png"))) == [(0.1, 4), (0.7, 5)]
    assert numbers(stage(frame(0.0, "other", file="a.png"))) == [(0.1, 1), (0.7, 2)]


def test_closing_closes_the_detector():
    detector = FakeDetector()
    FaceStage(detector).close()
    assert detector.closed
