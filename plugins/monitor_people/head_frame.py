"""The face as it would look from straight ahead: its mesh without pose, place and size."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitor_people.head_pose import MESH_DEPTH, RIGID, mean_face


@cache
def _rigid_mean() -> NDArray[np.float64]:
    rigid = mean_face()[RIGID]
    centred: NDArray[np.float64] = rigid - rigid.mean(axis=0)
    return centred


def in_head_frame(mesh: NDArray[np.float32], width: int, height: int) -> NDArray[np.float64] | None:
    """`mesh` (478, 3), in fractions of a picture of that width and height, laid over the mean face: (478, 3) with x to
    the right, y down and z away from the viewer, in distances of the mean face's outer eye corners.

    The similarity that lays the rigid points best is that of Umeyama, "Least-squares estimation of transformation
    parameters between two point patterns", 1991, equations 39 to 42. None for a degenerate mesh.
    """
    points = mesh.astype(np.float64) * (width, height, MESH_DEPTH * width)
    rigid = points[RIGID]
    middle = rigid.mean(axis=0)
    spread = float(((rigid - middle) ** 2).sum())
    if not np.isfinite(spread) or spread < 1e-9:
        return None
    target = _rigid_mean()
    left, strengths, right = np.linalg.svd(target.T @ (rigid - middle))
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    scale = float(strengths @ signs) / spread
    turned = scale * (points - middle) @ (left * signs @ right).T
    return np.asarray(turned + mean_face()[RIGID].mean(axis=0), np.float64)
