from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_people import geometry
from monitor_people.head_pose import mean_face
from tests.plugins.monitor_people.turned_head import rotation


@pytest.fixture
def face() -> NDArray[np.float64]:
    return mean_face().copy()


def test_the_mean_face_is_the_measure_of_others(face: NDArray[np.float64]) -> None:
    assert geometry.smile(face) == 0
    assert geometry.brow_raise(face) == 0
    assert geometry.brow_gap(face) == 0
    assert geometry.gaze(face, np.eye(3)) == pytest.approx((0, 0))
    assert 0.2 < geometry.eye_opening(face) < 0.4


def test_eye_opening_is_the_mean_aspect_ratio_of_both(face: NDArray[np.float64]) -> None:
    def ratio(outer: int, upper: int, upper_inner: int, inner: int, lower_inner: int, lower: int) -> float:
        high = np.linalg.norm(face[upper] - face[lower]) + np.linalg.norm(face[upper_inner] - face[lower_inner])
        return float(high / (2 * np.linalg.norm(face[outer] - face[inner])))

    face[[160, 158], 1] -= 0.02
    expected = (ratio(33, 160, 158, 133, 153, 144) + ratio(263, 387, 385, 362, 380, 373)) / 2
    assert geometry.eye_opening(face) == pytest.approx(expected)


def test_closed_eyes(face: NDArray[np.float64]) -> None:
    for upper, lower in ((160, 144), (158, 153), (387, 373), (385, 380)):
        face[upper] = face[lower]
    assert geometry.eye_opening(face) == 0


def test_mouth(face: NDArray[np.float64]) -> None:
    face[14] = face[13] + (0, 0.3, 0)
    assert geometry.mouth_opening(face) == pytest.approx(0.3)


def test_corners_up_and_apart_are_a_smile_and_down_are_none(face: NDArray[np.float64]) -> None:
    raised, spread, lowered = face.copy(), face.copy(), face.copy()
    raised[[61, 291], 1] -= 0.08
    spread[61, 0] -= 0.05
    spread[291, 0] += 0.05
    lowered[[61, 291], 1] += 0.08
    assert geometry.smile(raised) == pytest.approx(0.08)
    assert geometry.smile(spread) == pytest.approx(0.05)
    assert geometry.smile(lowered) == pytest.approx(-0.08)


def test_brows(face: NDArray[np.float64]) -> None:
    face[geometry.BROWS, 1] -= 0.04
    face[[107, 336], 0] *= 0.9
    assert geometry.brow_raise(face) == pytest.approx(0.04)
    assert geometry.brow_gap(face) == pytest.approx(-0.1 * np.linalg.norm(mean_face()[107] - mean_face()[336]))


def test_gaze_follows_the_irises_and_the_head(face: NDArray[np.float64]) -> None:
    aside = face.copy()
    aside[geometry.IRISES, 0] += geometry.EYEBALL_RADIUS * np.sin(np.radians(20))
    assert geometry.gaze(aside, np.eye(3)) == pytest.approx((20, 0), abs=0.01)
    up = face.copy()
    up[geometry.IRISES, 1] -= geometry.EYEBALL_RADIUS * np.sin(np.radians(10))
    assert geometry.gaze(up, np.eye(3)) == pytest.approx((0, 10), abs=0.01)
    assert geometry.gaze(face, rotation(25, 0, 0)) == pytest.approx((25, 0))
    assert geometry.gaze(aside, rotation(-20, 0, 0)) == pytest.approx((0, 0), abs=0.01)


def test_an_iris_outside_of_the_eye_is_not_believed(face: NDArray[np.float64]) -> None:
    face[geometry.IRISES, 0] += 1.0
    yaw, _ = geometry.gaze(face, np.eye(3))
    assert yaw == pytest.approx(geometry.MOST_GAZE)
