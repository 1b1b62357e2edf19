from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.sample import Face, Frame, Sample
from monitor.testing import check_analyzer
from monitor_people.face_measures import MEASURES, FaceMeasures
from monitor_people.geometry import eye_opening
from monitor_people.head_pose import mean_face
from tests.plugins.monitor_people.turned_head import projected, rotation

SIZE = 640


def sample(seconds: float, mesh: NDArray[np.float32] | None, *, source: int = 1, track: int = 1) -> Sample:
    image = np.full((SIZE, SIZE, 3), 90, np.uint8)
    face = Face((0.3, 0.2, 0.7, 0.8), 0.9, mesh, track)
    return Sample(Frame(image, seconds, source, round(10 * seconds)), (face,))


def turned(yaw: float) -> NDArray[np.float32]:
    return projected(mean_face(), rotation(yaw, 0, 0))


def blinking(part: float) -> NDArray[np.float32]:
    """The mean face from the front with its eyes open by `part` of the usual."""
    face = mean_face().copy()
    for upper, lower in ((160, 144), (158, 153), (387, 373), (385, 380)):
        middle = (face[upper] + face[lower]) / 2
        face[upper], face[lower] = middle + part * (face[upper] - middle), middle + part * (face[lower] - middle)
    return projected(face, np.eye(3))


def values(samples: Sequence[Sample], name: str) -> list[float | None]:
    analyzer = FaceMeasures()
    return [seen[0].measures.get(name) for seen in analyzer.analyze(samples)]


def test_it_keeps_the_contract() -> None:
    check_analyzer(FaceMeasures)


def test_what_it_declares_is_what_it_measures() -> None:
    seen = FaceMeasures().analyze([sample(0.0, turned(0)), sample(0.1, turned(0))])
    assert set(seen[1][0].measures) == {measure.name for measure in MEASURES}
    assert set(seen[0][0].measures) == {measure.name for measure in MEASURES} - {"head_speed", "blink"}
    assert seen[0][0].scores == {}


def test_pose_and_picture() -> None:
    (seen,) = FaceMeasures().analyze([sample(0.0, turned(25))])
    assert seen[0].measures["head_yaw"] == pytest.approx(25, abs=3)
    assert seen[0].measures["face_height"] == pytest.approx(0.6 * SIZE)
    assert seen[0].measures["brightness"] == pytest.approx(90 / 255, abs=0.01)


def test_without_a_mesh_there_are_the_measures_of_the_picture() -> None:
    (seen,) = FaceMeasures().analyze([sample(0.0, None)])
    assert set(seen[0].measures) == {"face_height", "sharpness", "brightness"}


def test_head_speed_is_in_degrees_a_second() -> None:
    speeds = values([sample(0.0, turned(0)), sample(0.5, turned(10)), sample(1.5, turned(10))], "head_speed")
    assert speeds[0] is None
    assert speeds[1] == pytest.approx(20, abs=2)
    assert speeds[2] == pytest.approx(0, abs=0.5)


def test_a_blink_counts_once_and_long_closed_eyes_do_not() -> None:
    openness = [1, 1, 1, 0.1, 0.1, 1, 1, *[0.1] * 12, 1]
    blinks = values([sample(0.1 * index, blinking(part)) for index, part in enumerate(openness)], "blink")
    assert [index for index, blink in enumerate(blinks) if blink] == [3, 7]
    assert blinks[0] is None


def test_eyes_that_are_always_narrow_do_not_blink() -> None:
    assert not any(values([sample(0.1 * index, blinking(0.5)) for index in range(10)], "blink"))


def test_closed_eyes_are_closed() -> None:
    openings = values([sample(0.0, blinking(1.0)), sample(1.0, blinking(0.0))], "eye_opening")
    assert openings[0] == pytest.approx(eye_opening(mean_face()), rel=0.35)  # flat: the picture has no depth here
    assert openings[1] is not None
    assert openings[1] < 0.1


def test_faces_of_two_sources_are_not_mixed_up() -> None:
    samples = [sample(0.0, turned(0)), sample(0.0, turned(40), source=2), sample(0.5, turned(0))]
    assert values(samples, "head_speed") == [None, None, pytest.approx(0, abs=0.1)]


def test_a_face_that_was_away_for_long_starts_anew() -> None:
    assert values([sample(0.0, turned(0)), sample(100.0, turned(30))], "head_speed") == [None, None]
