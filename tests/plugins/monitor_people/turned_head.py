"""A real face turned by known angles: the portrait's picture on its own mesh, seen through a pinhole camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay
from scipy.spatial.transform import Rotation

from monitor_people.head_pose import RIGID

SIDE = 480
"""Of the picture, in pixels."""
DISTANCE = 4.0
"""Of the camera from the face, in heights of the face."""


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Degrees to the picture's right, up and clockwise, as a matrix (3, 3) in x right, y down, z away."""
    return np.asarray(Rotation.from_euler("YXZ", [-yaw, -pitch, roll], degrees=True).as_matrix())


def projected(face: NDArray[np.float64], turn: NDArray[np.float64], focal: float = 1.0) -> NDArray[np.float32]:
    """The mesh (478, 3) of `face` turned about the middle of its rigid points, in fractions of a square picture;
    its z stays empty. `face` (478, 3) is in any unit.

    The camera stands where the face is about half as high as the picture, whatever its focal length in sides.
    """
    turned = (face - face[RIGID].mean(axis=0)) @ turn.T
    turned[:, 2] += 2 * focal * np.ptp(face[:, 1])
    return np.column_stack([0.5 + focal * turned[:, :2] / turned[:, 2:], np.zeros(len(face))]).astype(np.float32)


def rendered(portrait: NDArray[np.uint8], mesh: NDArray[np.float32], turn: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The face of `portrait` (S, S, 3), whose `mesh` (468 or more, 3) is in fractions of it, turned, on grey."""
    flat = mesh[:468].astype(np.float64) * portrait.shape[0]
    triangles = Delaunay(flat[:, :2]).simplices
    solid = flat - flat[RIGID].mean(axis=0)
    solid = solid @ turn.T
    height = np.ptp(flat[:, 1])
    solid[:, 2] += DISTANCE * height
    seen = (SIDE / 2, 0.4 * SIDE) + 0.62 * SIDE / height * DISTANCE * height * solid[:, :2] / solid[:, 2:]
    picture = np.full((SIDE, SIDE, 3), 128, np.uint8)
    order = np.argsort(-solid[triangles, 2].mean(axis=1))  # the nearest is painted last
    for corners in triangles[order]:
        move = cv2.getAffineTransform(flat[corners, :2].astype(np.float32), seen[corners].astype(np.float32))
        low = np.floor(seen[corners].min(axis=0)).astype(int) - 1
        size = np.ceil(seen[corners].max(axis=0)).astype(int) + 1 - low
        if (low < 0).any() or (low + size > SIDE).any():
            continue
        move[:, 2] -= low
        piece = cv2.warpAffine(portrait, move, tuple(size.tolist()), flags=cv2.INTER_LINEAR)
        inside = np.zeros((size[1], size[0]), np.uint8)
        cv2.fillConvexPoly(inside, np.rint(seen[corners] - low).astype(np.int32), 255)
        there = picture[low[1] : low[1] + size[1], low[0] : low[0] + size[0]]
        there[inside > 0] = piece[inside > 0]
    return picture
