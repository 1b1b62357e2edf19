from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_people.head_frame import in_head_frame
from monitor_people.head_pose import MESH_DEPTH, mean_face
from tests.plugins.monitor_people.turned_head import rotation


def mesh_of(face: NDArray[np.float64], width: int, height: int, scale: float) -> NDArray[np.float32]:
    """`face` in pixels, as the face mesh gives it: fractions, and depth stretched."""
    pixels = face * scale + (width / 3, height / 2, 0)
    return (pixels / (width, height, width * MESH_DEPTH)).astype(np.float32)


@pytest.mark.parametrize("angles", [(0, 0, 0), (30, 10, -20), (-60, -30, 45)])
@pytest.mark.parametrize("size", [(640, 360), (300, 900)])
def test_pose_place_and_size_are_taken_out(angles: tuple[float, float, float], size: tuple[int, int]) -> None:
    face = in_head_frame(mesh_of(mean_face() @ rotation(*angles).T, *size, 57.0), *size)
    assert face is not None
    assert np.allclose(face, mean_face(), atol=1e-4)


def test_what_expressions_move_stays_moved() -> None:
    smiling = mean_face().copy()
    smiling[61] += (-0.05, -0.1, 0)
    face = in_head_frame(mesh_of(smiling @ rotation(20, 5, 5).T, 640, 360, 80.0), 640, 360)
    assert face is not None
    assert face[61] - mean_face()[61] == pytest.approx((-0.05, -0.1, 0), abs=1e-4)


def test_meshes_that_are_no_faces() -> None:
    assert in_head_frame(np.full((478, 3), 0.5, np.float32), 640, 480) is None
    assert in_head_frame(np.full((478, 3), np.nan, np.float32), 640, 480) is None
