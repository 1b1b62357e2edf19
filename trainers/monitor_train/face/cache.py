"""Faces of a data set, found and aligned once and kept beside the results.

Alignment and mesh are the ones of the running monitor (`monitor_face`), so that training and running see the same.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor_face.detection.mesh import FaceMesh
from monitor_face.expression import align
from monitor_face.expression.heatmap import LANDMARKS, seen
from monitor_train.face.data import Faces
from monitor_train.pictures.layouts import read_picture
from monitor_train.pictures.terminal import progress

WHOLE = (0.0, 0.0, 1.0, 1.0)
"""The pictures of FER2013 are cut around the face already."""
CHUNK = 200
Reader = Callable[[Path], NDArray[np.uint8]]


@dataclass(frozen=True)
class Meshes:
    """The face mesh of every picture of a split."""

    points: NDArray[np.float32]
    """(N, 478, 3) in fractions of the picture; not a number where no mesh could be fitted."""

    @property
    def found(self) -> NDArray[np.bool_]:
        """(N,): whether there is a mesh. A picture without one is used all the same, without alignment."""
        found: NDArray[np.bool_] = np.isfinite(self.points[:, 0, 0])
        return found

    def of(self, index: int) -> NDArray[np.float32] | None:
        """The mesh (478, 3) of one picture."""
        return self.points[index] if np.isfinite(self.points[index, 0, 0]) else None


def meshes(files: Sequence[Path], cache: Path | None, title: str, read: Reader = read_picture) -> Meshes:
    """The meshes of `files`, from `cache` (a .npz file) where it holds exactly these files, else computed and kept.

    `read` is called in other processes, so it must be a function that pickle knows by name.
    """
    key = hashlib.sha256("\n".join("/".join(file.parts[-2:]) for file in files).encode()).hexdigest()
    if cache is not None and cache.is_file():
        with np.load(cache, allow_pickle=False) as kept:
            if str(kept["key"]) == key:
                return Meshes(kept["points"].astype(np.float32))
    chunks = progress(_compute(files, read), title, -(-len(files) // CHUNK))
    points = np.concatenate(list(chunks))
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        part = cache.with_suffix(".part.npz")
        np.savez(part, key=key, points=points)
        part.replace(cache)
    return Meshes(points)


@dataclass(frozen=True)
class Views:
    """Faces as networks see them."""

    pictures: NDArray[np.uint8]
    """(N, C, size, size)."""
    landmarks: NDArray[np.float32]
    """(N, 37, 2) in pixels of the pictures; not a number where there are none."""


def views(
    faces: Faces, found: Meshes | None, size: int, margin: float, *, grey: bool = True, read: Reader = read_picture
) -> Views:
    """All `faces`, aligned by their meshes `found`, or, where the data set brings landmarks, as it has aligned them."""
    pictures = np.empty((len(faces), 1 if grey else 3, size, size), np.uint8)
    landmarks = np.full((len(faces), len(LANDMARKS), 2), np.nan, np.float32)
    for index, file in enumerate(faces.files):
        image = read(file)
        height, width, _ = image.shape
        if faces.landmarks is not None:
            scale = size / (align.FRAME + 2 * margin)  # pixels per unit of the frame, which the whole picture fills
            across, down = scale * align.FRAME / width, scale * align.FRAME / height
            matrix = np.array([[across, 0, margin * scale], [0, down, margin * scale]])
            landmarks[index] = seen(faces.landmarks[index], matrix, width, height)
        else:
            mesh = None if found is None else found.of(index)
            matrix = align.alignment(mesh, WHOLE, width, height, size, margin)
            if mesh is not None:
                landmarks[index] = seen(mesh[list(LANDMARKS), :2], matrix, width, height)
        pictures[index] = align.warp(image, matrix, size, grey=grey).transpose(2, 0, 1)
    return Views(pictures, landmarks)


def _compute(files: Sequence[Path], read: Reader) -> Iterator[NDArray[np.float32]]:
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    workers = min(os.cpu_count() or 1, len(chunks))
    if workers == 1:
        yield from map(partial(_meshes_of, read), chunks)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(partial(_meshes_of, read), chunks)


_mesh: FaceMesh | None = None  # one for each worker process


def _meshes_of(read: Reader, files: Sequence[Path]) -> NDArray[np.float32]:
    global _mesh
    _mesh = _mesh or FaceMesh()
    found = [_mesh(read(file), WHOLE) for file in files]
    nothing = np.full((478, 3), np.nan, np.float32)
    return np.stack([nothing if points is None else points for points in found])
