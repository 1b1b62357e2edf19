"""When faces are followed, and when they are looked for everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.engine.face_stage import FaceStage
from monitor.engine.following import LOOK_SECONDS, MOST_APART_SECONDS, brightness
from monitor.sample import Face, Frame

HERE = Face((0.4, 0.4, 0.6, 0.6), 0.9)


class FollowingDetector:
    """Finds `faces` either way, and notes which way it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.faces: list[Face] = [HERE]
        self.before: list[Face] = [HERE]
        self.is_lost = False

    def detect(self, image: np.ndarray) -> list[Face]:
        self.asked.append("everywhere")
        return self.faces

    def follow(self, image, faces, before_seconds, seconds, changed_seconds) -> list[Face] | None:
        self.changed_seconds = changed_seconds
        assert [face.box for face in faces] == [face.box for face in self.before]
        self.asked.append(f"followed from {before_seconds} to {seconds}")
        return None if self.is_lost else self.faces

    def close(self) -> None:
        pass


@pytest.fixture
def detector():
    return FollowingDetector()


@pytest.fixture
def stage(detector):
    """Three samples have been seen: two everywhere, because only then is it known that the face keeps still."""
    stage = FaceStage(detector)
    for seconds in (0.5, 1.0, 1.5):
        stage(frame(seconds))
    assert detector.asked == ["everywhere", "everywhere", "followed from 1.0 to 1.5"]
    detector.asked.clear()
    return stage


def frame(seconds: float, source: int = 1, *, grey: int = 100, shot: float = 0.0, file: str | None = None) -> Frame:
    return Frame(np.full((90, 160, 3), grey, np.uint8), seconds, source, 0, file, shot_start_seconds=shot)


def test_a_face_that_keeps_still_is_followed_and_keeps_its_number(stage, detector):
    (face,) = stage(frame(2.0)).faces
    assert face.track == 1
    assert detector.asked == ["followed from 1.5 to 2.0"]


@pytest.mark.parametrize(
    "next_frame",
    [
        frame(2.0, shot=1.8),
        frame(2.0, grey=150),
        frame(1.5 + MOST_APART_SECONDS + 0.1),
        frame(1.5),
        frame(LOOK_SECONDS),
        frame(2.0, 2),
        frame(2.0, file="picture.png"),
    ],
    ids=["cut", "lights", "gap", "no time", "regular look", "another source", "a folder's picture"],
)
def test_a_new_situation_is_looked_at_everywhere(stage, detector, next_frame):
    if next_frame.seconds == LOOK_SECONDS:  # come close to it first
        for seconds in (2.5, 3.5, 4.4):
            stage(frame(seconds))
        detector.asked.clear()
    stage(next_frame)
    assert detector.asked == ["everywhere"]


def test_where_the_detector_loses_a_face_it_looks_everywhere(stage, detector):
    detector.is_lost = True
    assert len(stage(frame(2.0)).faces) == 1
    assert detector.asked == ["followed from 1.5 to 2.0", "everywhere"]


def test_the_detector_is_told_when_each_part_of_the_picture_changed(stage, detector):
    def changed_in(seconds: float, *levels: int) -> list[float]:
        image = np.full((90, 160, 3), 100, np.uint8)
        image[:5, : 5 * len(levels)] = np.repeat(np.array(levels, np.uint8), 5)[None, :, None]
        stage(Frame(image, seconds, 1, 0))
        assert detector.asked.pop().startswith("followed")
        assert detector.changed_seconds.shape == (18, 32)
        assert np.isinf(detector.changed_seconds[1:]).all()
        return detector.changed_seconds[0, : len(levels)].tolist()

    assert changed_in(2.0, 100, 100, 100) == [-np.inf, -np.inf, -np.inf]
    assert changed_in(2.5, 104, 106, 90) == [-np.inf, 2.5, 2.5]
    assert changed_in(3.0, 106, 106, 90) == [3.0, 2.5, 2.5]  # little by little is a change as well
    assert changed_in(3.5, 106, 104, 100) == [3.0, 2.5, 3.5]


@pytest.mark.parametrize("is_lost", [False, True], ids=["a regular look", "a face that is lost"])
def test_after_a_look_everywhere_nothing_has_changed_yet(stage, detector, is_lost):
    stage(frame(2.0, grey=110))
    assert (detector.changed_seconds == 2.0).all()
    for seconds in (2.5, 3.0, 3.5, 4.0, 4.5):
        detector.is_lost = is_lost and seconds == 2.5
        stage(frame(seconds, grey=110))
    if not is_lost:
        assert (detector.changed_seconds == 2.0).all()
        for seconds in (LOOK_SECONDS, 5.5, 6.0):
            stage(frame(seconds, grey=110))
    assert detector.asked[-1].startswith("followed")
    assert np.isneginf(detector.changed_seconds).all()


@pytest.mark.parametrize(
    "faces",
    [[replace(HERE, box=(0.52, 0.4, 0.72, 0.6))], [HERE, Face((0.1, 0.1, 0.2, 0.2), 0.9)], []],
    ids=["moved", "newcomer", "gone"],
)
def test_after_a_change_the_next_sample_is_looked_at_everywhere_and_the_one_after_it_followed(stage, detector, faces):
    detector.faces = faces
    stage(frame(2.0))
    stage(frame(2.5))
    detector.before = sorted(faces, key=lambda face: face.box)
    stage(frame(3.0))
    assert detector.asked == ["followed from 1.5 to 2.0", "everywhere", "followed from 2.5 to 3.0"]


def test_sources_that_take_turns_are_followed_each_for_itself(stage, detector):
    for seconds in (0.5, 1.0, 1.5):
        stage(frame(seconds, 2, grey=200))
    stage(frame(2.0))
    assert detector.asked == ["everywhere", "everywhere", "followed from 1.0 to 1.5", "followed from 1.5 to 2.0"]


def test_brightness_is_the_mean_of_each_cell():
    image = np.zeros((180, 320, 3), np.uint8)
    image[:90, 160:] = 200
    cells = brightness(image)
    assert cells.shape == (18, 32)
    assert cells[:9, 16:].tolist() == [[200.0] * 16] * 9
    assert cells.sum() == 200 * 9 * 16
    assert brightness(np.full((3, 2, 3), 7, np.uint8)).tolist() == [[7.0] * 32] * 18
