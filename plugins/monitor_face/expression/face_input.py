"""What a face network takes: the aligned picture of a face and, where its manifest says so, the heatmap of its
landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ArtifactError
from monitor.model.artifact import Manifest
from monitor.sample import Box
from monitor_face.expression.align import alignment, warp
from monitor_face.expression.heatmap import LANDMARKS, heatmaps, seen


class FaceInput:
    """Turns faces into a network's input. One channel more than the colour needs means that the last one is the
    heatmap."""

    def __init__(self, manifest: Manifest) -> None:
        """Raises ArtifactError unless the network takes one square picture of a face, with or without a heatmap."""
        channels, self.size, width = manifest.input_shape
        self.grey = manifest.colour == "grey"
        pictured = 1 if self.grey else 3
        self.with_heatmap = channels == pictured + 1
        if (
            manifest.colour == "bgr"
            or channels not in (pictured, pictured + 1)
            or self.size != width
            or not len(manifest.mean) == len(manifest.std) == channels
        ):
            raise ArtifactError(
                f"{manifest.name}: a face model takes a square grey or rgb picture, with or without a heatmap, "
                f"not {manifest.colour} {manifest.input_shape}"
            )
        mean, std = (np.array(each, np.float32)[:, None, None] for each in (manifest.mean, manifest.std))
        self._scale, self._shift = 1 / (255 * std), mean / std

    def __call__(self, image: NDArray[np.uint8], mesh: NDArray[np.float32] | None, box: Box) -> NDArray[np.uint8]:
        """One face, uint8 (C, S, S), of `image` (height, width, 3) RGB; `mesh` (478, 3) and `box` in fractions of it.

        Without a mesh the heatmap is black.
        """
        height, width, _ = image.shape
        matrix = alignment(mesh, box, width, height, self.size)
        picture: NDArray[np.uint8] = warp(image, matrix, self.size, grey=self.grey).transpose(2, 0, 1)
        if not self.with_heatmap:
            return picture
        points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
        if mesh is not None:
            points = seen(mesh[list(LANDMARKS), :2], matrix, width, height)
        return np.concatenate([picture, heatmaps(points[None], self.size)])

    def batch(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Faces uint8 (N, C, S, S) normalised, float32."""
        normalised: NDArray[np.float32] = faces.astype(np.float32) * self._scale - self._shift
        return normalised
