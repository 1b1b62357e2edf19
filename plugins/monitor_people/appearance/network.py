"""Runs the appearance network: the vector of how a person looks in one sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact
from monitor.model.runtimes import load
from monitor.sample import Box
from monitor_people.appearance.crops import crops

SHIPPED = Path(__file__).parent / "artifact"
"""The model that comes with the plugin."""
FACE_WEIGHT = 0.7
"""Part of the face in the cosine of two people; the rest is that of the head, which knows the backdrop too."""


class Appearance:
    """The vectors of one network; the cosine of two says how alike two people look."""

    def __init__(self, artifact: Path | None = None, runtime: str = "auto") -> None:
        """`artifact`: folder of a model made by `monitor train person-appearance`; by default the shipped one.

        Raises ArtifactError where the folder is damaged or holds a model for other input, and RuntimeUnavailable where
        the runtime asked for does not work.
        """
        read = Artifact.read(artifact or SHIPPED)
        manifest = read.manifest
        channels, self.size, width = manifest.input_shape
        if channels != 3 or self.size != width or manifest.colour != "rgb":
            raise ArtifactError(
                f"{manifest.name}: a model of how people look takes a square rgb picture, not "
                f"{manifest.colour} {manifest.input_shape}"
            )
        self.model = f"{manifest.name} {manifest.version} {manifest.sha256[:12]} face {FACE_WEIGHT:g} lit"
        """Vectors of two models cannot be compared."""
        mean, std = (np.array(each, np.float32)[:, None, None] for each in (manifest.mean, manifest.std))
        self._scale, self._shift = 1 / (255 * std), mean / std
        self._runtime = load(read, runtime)

    def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
        """The vector (numbers,), of length 1, of the person whose face is in `box` (fractions) of `image` (height,
        width, 3) RGB: that of the face and that of the head, one after the other, by FACE_WEIGHT."""
        seen = crops(image, box, self.size).transpose(0, 3, 1, 2)
        normalised = np.ascontiguousarray(seen) * self._scale - self._shift
        pictures = np.concatenate([normalised, normalised[..., ::-1]])  # shots are mirrored, heads are turned
        vectors = self._runtime.run(pictures).astype(np.float64)
        vectors = vectors[:2] + vectors[2:]
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return np.asarray((vectors * np.sqrt([[FACE_WEIGHT], [1 - FACE_WEIGHT]])).ravel(), np.float32)
