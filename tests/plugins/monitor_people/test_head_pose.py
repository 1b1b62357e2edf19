from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_face.detection.mesh import FaceMesh
from monitor_people.head_pose import EYE_CORNERS, RIGID, angle_between, head_pose, mean_face, pose_of
from tests.plugins.monitor_people.turned_head import SIDE, projected, rendered, rotation

ANGLES = [(0, 0, 0), (20, 0, 0), (-40, 0, 0), (40, 10, -20), (-35, -20, 30), (0, 25, 0), (10, -25, 60)]


@pytest.mark.parametrize("focal", [0.6, 1.0, 2.0])
@pytest.mark.parametrize("angles", ANGLES)
def test_the_mean_face_seen_from_known_angles(angles: tuple[float, float, float], focal: float) -> None:
    pose = head_pose(projected(mean_face(), rotation(*angles), focal), 640, 640)
    assert pose is not None
    assert np.allclose((pose.yaw, pose.pitch, pose.roll), angles, atol=5)


def test_another_face_than_the_mean_one(portrait_mesh: NDArray[np.float32]) -> None:
    """A real face's own shape costs some degrees; how it turns from one picture to the next is still right."""
    face = portrait_mesh.astype(np.float64) * (1, 1, 0.72)
    front = head_pose(projected(face, np.eye(3)), 640, 640)
    assert front is not None
    for angles in ANGLES:
        turned = head_pose(projected(face, rotation(*angles)), 640, 640)
        assert turned is not None
        assert angle_between(turned.rotation, rotation(*angles) @ front.rotation) < 5, angles


@pytest.mark.parametrize(("yaw", "pitch"), [(-20, 0), (20, 0), (40, 0), (0, 15)])
def test_a_rendered_face_through_the_whole_chain(
    portrait: NDArray[np.uint8], portrait_mesh: NDArray[np.float32], face_mesh: FaceMesh, yaw: float, pitch: float
) -> None:
    poses = []
    for turn in (np.eye(3), rotation(yaw, pitch, 0)):
        mesh = face_mesh(rendered(portrait, portrait_mesh, turn), (0.2, 0.1, 0.8, 0.9))
        assert mesh is not None
        pose = head_pose(mesh, SIDE, SIDE)
        assert pose is not None
        poses.append(pose)
    assert angle_between(poses[1].rotation, rotation(yaw, pitch, 0) @ poses[0].rotation) < 5


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh()


def test_the_place_in_the_picture_does_not_count() -> None:
    mesh = projected(mean_face(), rotation(15, 5, 10))
    middle, corner = head_pose(mesh, 1000, 1000), head_pose(mesh + np.float32([0.4, -0.3, 0]), 1000, 1000)
    assert middle is not None
    assert corner is not None
    assert angle_between(middle.rotation, corner.rotation) < 0.1


def test_a_wide_picture_is_not_a_wide_face() -> None:
    mesh = projected(mean_face(), rotation(15, 5, 10))
    wide = mesh * np.float32([0.5, 1, 0])
    pose = head_pose(wide, 1280, 640)
    assert pose is not None
    assert np.allclose((pose.yaw, pose.pitch, pose.roll), (15, 5, 10), atol=3)


@pytest.mark.parametrize("angles", ANGLES)
def test_angles_of_a_rotation(angles: tuple[float, float, float]) -> None:
    pose = pose_of(rotation(*angles))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx(angles, abs=1e-9)


def test_angle_between_two_rotations() -> None:
    assert angle_between(rotation(10, 0, 0), rotation(40, 0, 0)) == pytest.approx(30)
    assert angle_between(rotation(3, 4, 5), rotation(3, 4, 5)) == pytest.approx(0, abs=1e-4)


def test_meshes_that_are_no_faces() -> None:
    assert head_pose(np.full((478, 3), 0.5, np.float32), 640, 480) is None
    assert head_pose(np.full((478, 3), np.nan, np.float32), 640, 480) is None
    line = np.linspace(0, 1, 478, dtype=np.float32)
    head_pose(np.column_stack([line, line, line]), 640, 480)  # whatever it is, it does not raise


def test_the_mean_face_is_upright_and_symmetric() -> None:
    face = mean_face()
    assert face.shape == (478, 3)
    assert np.abs(np.subtract(*face[EYE_CORNERS])) == pytest.approx((1, 0, 0), abs=1e-6)
    assert face[RIGID].mean(axis=0) == pytest.approx((0, 0, 0), abs=1e-6)
    chin, forehead, nose = face[152], face[10], face[1]
    assert forehead[1] < nose[1] < chin[1]
    assert nose[2] < min(forehead[2], chin[2])
