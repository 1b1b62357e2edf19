"""Head pose: which way a face is turned, from its mesh.

The rigid points of the mean face are laid over the same points of the picture by perspective-n-point (Terzakis and
Lourakis, "A consistently fast and globally optimal solution to the perspective-n-point problem", 2020; in OpenCV
`SOLVEPNP_SQPNP`). Angles are relative to the line of sight: somebody who faces the camera has 0, 0, 0 wherever in the
picture they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

MEAN_FACE = Path(__file__).with_name("mean_face.npy")
"""Made by `monitor train mean-face`."""
# fmt: off
RIGID = [
    10, 67, 103, 54, 109, 297, 332, 284, 338, 151, 9, 8,  # forehead
    21, 162, 127, 234, 251, 389, 356, 454,  # temples and the front of the ears
    168, 6, 197, 195, 5, 4, 1, 2, 98, 327,  # nose
    33, 133, 362, 263,  # corners of the eyes
]
"""Points of the mesh that no expression moves by much."""
# fmt: on
EYE_CORNERS = [33, 263]
"""The outer corners of the eyes; their distance is the mean face's unit of length."""
MESH_DEPTH = 0.72
"""Of the depth that mediapipe gives its mesh, so much is believed. Taken at its word, a face rendered with a known turn
comes out turned by a fifth less; see docs/people.md."""
FOCAL_LENGTH = 1.0
"""Of the camera that is assumed, in longer sides of the picture: a view of 53 degrees, between a telephone's and a
portrait's. Where the face is half as high as the picture, angles change by less than 4 degrees at 0.6 and at 3 times
that length; less where it is smaller."""

NO_DISTORTION = np.zeros(4)
"""Of the lens that is assumed."""


@dataclass(frozen=True)
class HeadPose:
    """Which way a face is turned, in degrees."""

    yaw: float
    """Towards the right edge of the picture, -180 to 180."""
    pitch: float
    """Upwards, -90 to 90."""
    roll: float
    """Tilted clockwise, -180 to 180."""
    rotation: NDArray[np.float64]
    """The same as a matrix (3, 3) from the mean face's directions to the camera's: x right, y down, z away."""


@cache
def mean_face() -> NDArray[np.float64]:
    """The mean face (478, 3): x to the right, y down, z away from the viewer, in distances of the outer corners of the
    eyes; its origin the middle of the rigid points."""
    face: NDArray[np.float64] = np.load(MEAN_FACE, allow_pickle=False).astype(np.float64)
    face.setflags(write=False)
    return face


@cache
def _rigid_mean() -> NDArray[np.float64]:
    return np.ascontiguousarray(mean_face()[RIGID])


def head_pose(mesh: NDArray[np.float32], width: int, height: int) -> HeadPose | None:
    """The pose of `mesh` (478, 3), in fractions of a picture of that width and height in pixels.

    None where the mesh is degenerate, all its points on a line, say.
    """
    points = mesh[RIGID, :2].astype(np.float64) * (width, height)
    return perspective_pose(_rigid_mean(), points, FOCAL_LENGTH * max(width, height))


def perspective_pose(solid: NDArray[np.float64], points: NDArray[np.float64], focal_length: float) -> HeadPose | None:
    """The pose of `solid` (n, 3) that a camera of that focal length, in pixels, sees at `points` (n, 2) in pixels."""
    if not np.isfinite(points).all() or np.ptp(points, axis=0).min() < 1e-6:
        return None
    points = points - points.mean(axis=0)  # the line of sight runs through the face
    camera = np.array([[focal_length, 0, 0], [0, focal_length, 0], [0, 0, 1.0]])
    try:
        found, turn, _ = cv2.solvePnP(solid, points, camera, NO_DISTORTION, flags=cv2.SOLVEPNP_SQPNP)
    except cv2.error:
        return None
    return pose_of(np.asarray(cv2.Rodrigues(turn)[0], np.float64)) if found else None


def pose_of(rotation: NDArray[np.float64]) -> HeadPose:
    """The angles of a rotation (3, 3): first rolled, then pitched, then yawed."""
    right, down, away = (-rotation[:, 2]).tolist()  # where the face looks
    return HeadPose(
        yaw=math.degrees(math.atan2(right, -away)),
        pitch=math.degrees(math.atan2(-down, math.hypot(right, away))),
        roll=math.degrees(math.atan2(rotation[1, 0], rotation[1, 1])),
        rotation=rotation,
    )


def angle_between(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The angle of the turn from one rotation (3, 3) to another, 0 to 180 degrees."""
    cosine = (float(np.einsum("ij,ij->", one, other)) - 1) / 2
    return math.degrees(math.acos(min(max(cosine, -1.0), 1.0)))
