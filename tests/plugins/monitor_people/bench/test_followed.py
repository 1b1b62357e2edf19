from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.sample import Face
from monitor_people.bench.followed import distances, followed
from monitor_people.bench.recorded import Seen
from tests.conftest import make_clip


class OneFace:
    """Finds a face that moves a little to the right with every picture."""

    def __init__(self) -> None:
        self.pictures = 0

    def detect(self, image: np.ndarray) -> list[Face]:
        left = 0.1 + 0.01 * self.pictures
        self.pictures += 1
        return [Face((left, 0.2, left + 0.2, 0.6), 0.9)]

    def close(self) -> None: ...


def test_a_face_is_followed_through_every_picture(tmp_path: Path) -> None:
    detector = OneFace()
    found = followed(make_clip(tmp_path / "clip.mp4", 2.0), detector, [0.0, 0.5, 1.5])
    assert list(found) == [0.0, 0.5, 1.5]
    assert detector.pictures > 10
    assert {face.track for faces in found.values() for face in faces} == {1}
    assert found[0.0][0].box[0] < found[0.5][0].box[0] < found[1.5][0].box[0]


def test_distances_are_what_boxes_do_not_share() -> None:
    true = [Face((0.0, 0.0, 0.2, 0.2), 0.9), Face((0.5, 0.5, 0.7, 0.7), 0.9)]
    found = [Seen(1, 1, (0.0, 0.0, 0.2, 0.2)), Seen(2, 2, (0.5, 0.5, 0.7, 0.65))]
    apart = distances(true, found)
    assert np.diag(apart) == pytest.approx([0, 0.25])
    assert np.isnan([apart[0, 1], apart[1, 0]]).all()
    assert distances([], found).shape == (0, 2)
