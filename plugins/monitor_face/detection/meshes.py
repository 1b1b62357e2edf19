"""The mesh step that every face detector shares: boxes in, faces with their meshes out."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from monitor.engine.boxes import overlap
from monitor.sample import Box, Face
from monitor_face.detection.mesh import FaceMesh
from monitor_face.detection.short_range import ShortRange
from monitor_face.halves import Halves

LEAST_OVERLAP = 0.2
"""Least intersection over union of a box and the mesh fitted in it; below, the mesh belongs to a neighbour."""
SURE_WITHOUT_MESH = 0.8
"""Least score of a detection in which no mesh could be fitted."""


class Meshes:
    """Fits meshes to the boxes of a detector, several at a time."""

    def __init__(self, threads: Executor, short_range: ShortRange | None = None) -> None:
        """`threads` do the work; `short_range` is as `FaceMesh` takes it."""
        self._threads = threads
        self._mesh = FaceMesh(short_range)

    def fit(self, picture: Halves, boxes: NDArray[np.float64], scores: NDArray[np.float64]) -> list[Face]:
        """Faces of `picture`, in the order of `boxes` (n, 4) in fractions of it and `scores` (n,)."""
        inside = [clipped(box) for box in boxes]
        meshes = self._threads.map(lambda box: self._mesh.fit(picture, box), inside)
        faces: list[Face] = []
        for box, score, mesh in zip(inside, scores.tolist(), meshes, strict=True):
            fitted = mesh if mesh is not None and belongs(mesh, box) else None
            if fitted is not None or score >= SURE_WITHOUT_MESH:
                faces.append(Face(box, score, fitted))
        return faces

    def again(self, picture: Halves, faces: Sequence[Face]) -> list[Face] | None:
        """`faces` of the picture before, which have meshes, as they are in `picture`; None where one is not there.

        Boxes lie around the new meshes as they lay around those before.
        """
        meshes = list(self._threads.map(lambda face: self._mesh.again(picture, face.mesh), faces))
        followed = []
        for face, mesh in zip(faces, meshes, strict=True):
            box = None if mesh is None else moved(face, mesh)
            if box is None:
                return None
            followed.append(replace(face, box=box, mesh=mesh))
        return followed

    def close(self) -> None:
        """Give back the models."""
        self._mesh.close()


def clipped(box: NDArray[np.float64]) -> Box:
    """`box` (4,) without what reaches beyond the picture."""
    left, top, right, bottom = np.clip(box, 0.0, 1.0).tolist()
    return left, top, right, bottom


def moved(face: Face, mesh: NDArray[np.float32]) -> Box | None:
    """Where the box of `face` lies when its mesh is `mesh`; None where that is outside of the picture."""
    assert face.mesh is not None
    before, now = face.mesh[:, :2].astype(np.float64), mesh[:, :2].astype(np.float64)
    grown = np.ptp(now, axis=0) / np.maximum(np.ptp(before, axis=0), np.finfo(np.float64).tiny)
    corners = (np.array(face.box).reshape(2, 2) - before.min(axis=0)) * grown + now.min(axis=0)
    left, top, right, bottom = clipped(corners.ravel())
    return (left, top, right, bottom) if left < right and top < bottom else None


def belongs(mesh: NDArray[np.float32], box: Box) -> bool:
    """Whether `mesh` (478, 3) lies over `box`, both in fractions of the picture."""
    corners = np.concatenate([mesh[:, :2].min(axis=0), mesh[:, :2].max(axis=0)]).astype(np.float64)
    return bool(overlap(corners[None], np.array(box)[None])[0, 0] >= LEAST_OVERLAP)
