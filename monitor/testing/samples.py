"""Samples made on the spot: a real portrait in several sizes and tints on plain, noisy and shaded grounds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.sample import Face, Frame, Sample

PORTRAIT_MESH = Path(__file__).with_name("portrait_mesh.npy")
"""Float32 (478, 3) in fractions of the portrait, as mediapipe's face mesh finds it in `skimage.data.astronaut`."""

SCENES: tuple[tuple[tuple[int, int], tuple[tuple[float, float, float], ...]], ...] = (
    ((240, 320), ()),
    ((360, 640), ((0.05, 0.05, 0.9),)),
    ((480, 270), ((0.1, 0.3, 0.45),)),
    ((240, 320), ((0.0, 0.1, 0.6), (0.55, 0.2, 0.5))),
    ((300, 300), ((0.3, 0.3, 0.6),)),
    ((360, 640), ((0.02, 0.0, 0.5), (0.35, 0.4, 0.6), (0.7, 0.1, 0.45))),
    ((97, 131), ((0.1, 0.1, 0.8),)),
    ((360, 640), ()),
)
"""((height, width) in pixels, portraits as (left, top, side)): left in fractions of the width, others of the height."""


def make_samples(source: int = 1, seed: int = 0) -> list[Sample]:
    """Eight samples of several picture sizes with 0 to 3 faces each, half a second apart; the same for the same `seed`.

    Faces carry boxes, meshes and track numbers as the face stage would give them; one has no mesh, as happens to small
    or turned faces. Nobody else holds their arrays.
    """
    return [
        Sample(
            replace(sample.frame, source=source, image=sample.frame.image.copy()),
            tuple(replace(face, mesh=None if face.mesh is None else _own(face.mesh)) for face in sample.faces),
        )
        for sample in _drawn(seed)
    ]


@cache
def _drawn(seed: int) -> tuple[Sample, ...]:
    """What `make_samples` gives copies of: drawing takes a hundred times as long as copying."""
    from skimage.data import astronaut

    portrait: NDArray[np.uint8] = astronaut()  # type: ignore[no-untyped-call]
    mesh = np.load(PORTRAIT_MESH, allow_pickle=False)
    random = np.random.default_rng(seed)
    samples = []
    for index, ((height, width), places) in enumerate(SCENES):
        image = _ground(height, width, random)
        faces = []
        for track, (left, top, side) in enumerate(places, start=1):
            pixels = int(side * height)
            x, y = int(left * width), int(top * height)
            tinted = np.clip(portrait * random.uniform(0.5, 1.2, 3), 0, 255).astype(np.uint8)
            image[y : y + pixels, x : x + pixels] = cv2.resize(tinted, (pixels, pixels), interpolation=cv2.INTER_AREA)
            placed = mesh * (pixels / width, pixels / height, pixels / width) + (x / width, y / height, 0)
            placed = placed.astype(np.float32)
            low, high = placed[:, :2].min(axis=0).clip(0, 1), placed[:, :2].max(axis=0).clip(0, 1)
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            faces.append(Face(box, float(random.uniform(0.5, 1)), None if index == 4 else placed, track))
        samples.append(Sample(Frame(image, 0.5 * index, 1, index, source_name="check"), tuple(faces)))
    return tuple(samples)


def _own(mesh: NDArray[np.float32]) -> NDArray[np.float32]:
    """A read-only copy."""
    copy = mesh.copy()
    copy.setflags(write=False)
    return copy


def _ground(height: int, width: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """A shade from one colour to another with noise over it, uint8 (height, width, 3)."""
    first, second = random.uniform(0, 255, (2, 3))
    slope = np.linspace(0, 1, width)[None, :, None]
    noise = random.normal(0, random.uniform(0, 40), (height, width, 3))
    shade: NDArray[np.uint8] = np.clip(first + (second - first) * slope + noise, 0, 255).astype(np.uint8)
    return shade
