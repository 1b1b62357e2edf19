from __future__ import annotations

import numpy as np
import pytest

from monitor.engine.face_stage import FaceStage
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


def frame(
    seconds: float, source: int = 1, *, left: int = 1, right: int = 1, file: str | None = None, shot: float = 0.0
) -> Frame:
    image = np.zeros((4, 6, 3), np.uint8)
    image[0, 0] = left, right, 0
    return Frame(image, seconds, source, 0, file, shot_start_seconds=shot)


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
    assert numbers(stage(frame(0.0, 1, right=0))) == [(0.1, 1)]
    assert numbers(stage(frame(0.0, 2, left=0))) == [(0.7, 1)]
    assert numbers(stage(frame(0.5, 1))) == [(0.1, 1), (0.7, 2)]
    assert numbers(stage(frame(0.5, 2))) == [(0.1, 2), (0.7, 1)]


def test_no_track_crosses_a_cut(stage):
    assert numbers(stage(frame(7.5, shot=7.0))) == [(0.1, 2), (0.7, 1)]
    assert numbers(stage(frame(8.0, 2, shot=7.9))) == [(0.1, 2), (0.7, 1)]
    assert numbers(stage(frame(8.0, shot=7.0))) == [(0.1, 2), (0.7, 1)]
    assert numbers(stage(frame(8.5, shot=8.2))) == [(0.1, 4), (0.7, 3)]
    assert numbers(stage(frame(9.0, shot=8.2))) == [(0.1, 4), (0.7, 3)]
    assert numbers(stage(frame(9.5, shot=7.0))) == [(0.1, 4), (0.7, 3)], "the cut was a flash"
    assert numbers(stage(frame(8.5, 2, shot=7.9))) == [(0.1, 2), (0.7, 1)]


def test_no_two_pictures_of_a_folder_share_a_person(stage):
    assert numbers(stage(frame(0.0, file="a.png"))) == [(0.1, 1), (0.7, 2)]
    assert numbers(stage(frame(0.5, left=0, right=0, file="b.png"))) == []
    assert numbers(stage(frame(1.0, left=0, file="c.png"))) == [(0.7, 3)]
    assert numbers(stage(frame(1.5, file="d.png"))) == [(0.1, 4), (0.7, 5)]
    assert numbers(stage(frame(0.0, 2, file="a.png"))) == [(0.1, 1), (0.7, 2)]


def test_closing_closes_the_detector():
    detector = FakeDetector()
    FaceStage(detector).close()
    assert detector.closed
