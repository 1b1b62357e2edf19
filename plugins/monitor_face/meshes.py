"""The mesh step that every face detector shares: boxes in, faces with their meshes out."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.boxes import overlap
from monitor.sample import Box, Face
from monitor_face.mesh import FaceMesh
from monitor_face.parallel import Copies
from monitor_face.quiet import native_noise_removed

LEAST_OVERLAP = 0.2
"""Least intersection over union of a box and the mesh fitted in it; below, the mesh belongs to a neighbour."""
SURE_WITHOUT_MESH = 0.8
"""Least score of a detection in which no mesh could be fitted."""


class Meshes:
    """Fits meshes to the boxes of a detector, several at a time."""

    def __init__(self) -> None:
        with native_noise_removed():
            self._models = Copies(FaceMesh)
            self._models.warm_up(lambda mesh: mesh(drawn_face(), (0.2, 0.1, 0.8, 0.9)))

    def fit(self, image: NDArray[np.uint8], boxes: NDArray[np.float64], scores: NDArray[np.float64]) -> list[Face]:
        """Faces of `image` (height, width, 3), in the order of `boxes` (n, 4) in fractions of it and `scores` (n,)."""
        inside = [clipped(box) for box in boxes]
        meshes = self._models.map(lambda model, box: model(image, box), inside)
        faces: list[Face] = []
        for box, score, mesh in zip(inside, scores.tolist(), meshes, strict=True):
            fitted = mesh if mesh is not None and belongs(mesh, box) else None
            if fitted is not None or score >= SURE_WITHOUT_MESH:
                faces.append(Face(box, score, fitted))
        return faces

    def close(self) -> None:
        """Give back mediapipe's graphs."""
        self._models.close()


def clipped(box: NDArray[np.float64]) -> Box:
    """`box` (4,) without what reaches beyond the picture."""
    left, top, right, bottom = np.clip(box, 0.0, 1.0).tolist()
    return left, top, right, bottom


def belongs(mesh: NDArray[np.float32], box: Box) -> bool:
    """Whether `mesh` (478, 3) lies over `box`, both in fractions of the picture."""
    corners = np.concatenate([mesh[:, :2].min(axis=0), mesh[:, :2].max(axis=0)]).astype(np.float64)
    return bool(overlap(corners[None], np.array(box)[None])[0, 0] >= LEAST_OVERLAP)


def drawn_face() -> NDArray[np.uint8]:
    """A drawing, uint8 (192, 192, 3), in which mediapipe sees a face.

    Its native code logs when it starts and again when it meets the first face; a drawing at the start has that done.
    """
    picture = np.full((192, 192, 3), 90, np.uint8)
    cv2.ellipse(picture, (96, 96), (52, 70), 0, 0, 360, (224, 180, 150), -1)
    cv2.ellipse(picture, (96, 55), (56, 40), 0, 180, 360, (60, 40, 30), -1)
    for x in (75, 117):
        cv2.ellipse(picture, (x, 85), (10, 5), 0, 0, 360, (255, 255, 255), -1)
        cv2.circle(picture, (x, 85), 4, (40, 30, 30), -1)
        cv2.ellipse(picture, (x, 74), (12, 4), 0, 180, 360, (60, 40, 30), 2)
    cv2.line(picture, (93, 112), (101, 113), (180, 130, 100), 3)
    cv2.ellipse(picture, (96, 132), (18, 6), 0, 0, 360, (170, 80, 80), -1)
    return picture
