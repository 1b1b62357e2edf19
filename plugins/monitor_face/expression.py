"""The analyzer `face-fusion`: one observation of emotion per face, from the aligned picture of the face."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor import runtimes
from monitor.analyzer import Runtime
from monitor.artifact import Artifact, Manifest
from monitor.errors import ArtifactError
from monitor.sample import Observation, Sample
from monitor_face.align import aligned_face

SHIPPED = Path(__file__).parent / "artifact"
"""The model that comes with the plugin."""


class FaceFusion:
    """Emotion probabilities of every face, from a network that sees the face aligned, grey and small.

    Each face is judged by itself: neither the other faces of the batch nor the person's past change an answer.
    """

    name = "face-fusion"
    needs_faces = True

    def __init__(self, artifact: str | Path = SHIPPED, runtime: str = "auto") -> None:
        """`artifact`: folder of a model made by `monitor train face-expression`.

        Raises ArtifactError where the folder is damaged or holds a model for other input, and RuntimeUnavailable where
        the runtime asked for does not work.
        """
        read = Artifact.read(artifact)
        self._manifest = read.manifest
        self._size = input_size(self._manifest)
        self.labels = self._manifest.labels
        self._runtime: Runtime | None = runtimes.load(read, runtime)

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One observation per face and sample; `confidence` is how sure the detector is that there is a face."""
        seen = [(index, face) for index, sample in enumerate(samples) for face in sample.faces]
        answers: list[list[Observation]] = [[] for _ in samples]
        if not seen:
            return answers
        if self._runtime is None:
            raise RuntimeError(f"{self.name} is closed")
        pictures = [aligned_face(samples[index].frame.image, face.mesh, face.box, self._size) for index, face in seen]
        probabilities = self._runtime.run(network_input(np.stack(pictures), self._manifest))
        for (index, face), row in zip(seen, probabilities, strict=True):
            frame = samples[index].frame
            answers[index].append(
                Observation(
                    analyzer=self.name,
                    source=frame.source,
                    seconds=frame.seconds,
                    subject=face.track,
                    scores=dict(zip(self.labels, row.tolist(), strict=True)),
                    box=face.box,
                    confidence=face.score,
                )
            )
        return answers

    def close(self) -> None:
        """Give back the model."""
        self._runtime = None


def input_size(manifest: Manifest) -> int:
    """Side of the network's input in pixels. Raises ArtifactError unless that is one square grey picture."""
    channels, height, width = manifest.input_shape
    if manifest.colour != "grey" or channels != 1 or height != width or len(manifest.mean) != 1:
        raise ArtifactError(
            f"{manifest.name}: a face model takes square grey pictures, not {manifest.colour} {manifest.input_shape}"
        )
    return height


def network_input(pictures: NDArray[np.uint8], manifest: Manifest) -> NDArray[np.float32]:
    """Faces uint8 (N, S, S) as the network wants them, float32 (N, 1, S, S)."""
    scale, shift = 1 / (255 * manifest.std[0]), manifest.mean[0] / manifest.std[0]
    batch: NDArray[np.float32] = pictures[:, None].astype(np.float32) * np.float32(scale) - np.float32(shift)
    return batch
