from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from monitor_people.head_pose import EYE_CORNERS, MESH_DEPTH, RIGID
from monitor_people.head_pose import mean_face as shipped
from monitor_train.person.mean_face import mean_face, symmetric


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    """Forty faces that differ a little from the shipped one, turned, moved and scaled, in fractions of a picture."""
    random = np.random.default_rng(0)
    made = []
    for _ in range(40):
        face = shipped() + random.normal(0, 0.01, (478, 3))
        turn = Rotation.from_euler("YXZ", random.normal(0, 12, 3), degrees=True)
        made.append(turn.apply(face) * random.uniform(0.1, 0.3) + (0.5, 0.5, 0))
    return (np.array(made) / (1, 1, MESH_DEPTH)).astype(np.float32)


def test_it_is_found_again(faces: np.ndarray) -> None:
    found = mean_face(faces)
    assert found.dtype == np.float32
    turn, _ = Rotation.align_vectors(shipped()[RIGID], found[RIGID])
    assert np.abs(turn.apply(found) - shipped()).mean() < 0.01


def test_it_is_symmetric_and_of_unit_size(faces: np.ndarray) -> None:
    found = mean_face(faces)
    assert np.abs(np.subtract(*found[EYE_CORNERS])) == pytest.approx((1, 0, 0), abs=1e-5)
    assert found[[1, 10, 152], 0] == pytest.approx(0, abs=1e-5)  # tip of the nose, forehead, chin


def test_a_face_that_is_tilted_becomes_upright() -> None:
    tilted = Rotation.from_euler("ZY", [10, 8], degrees=True).apply(shipped().copy())
    found = symmetric(tilted)
    assert np.abs(found[33] - found[263] * (-1, 1, 1)).max() < 1e-3
