"""The analyzer `affective-retrieval`: which emotions a frame evokes, and where it lies among all frames.

The network answers with the probabilities of Mikels' eight emotions and with a vector of unit length; frames that evoke
alike emotions have vectors that lie close (Yang, She, Lai, Yang: "Retrieving and classifying affective images via deep
metric learning", AAAI 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from monitor.errors import ArtifactError
from monitor.model import runtimes
from monitor.model.artifact import Artifact
from monitor.model.picture_input import frame_picture, input_size, network_input
from monitor.plugin import Runtime
from monitor.sample import Observation, Sample

NAME = "affective-retrieval"
SHIPPED = Path(__file__).parent / "artifact"
"""The model that comes with the plugin."""
LABELS = frozenset({"amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness"})
"""Mikels' wheel of emotions."""
MOST_NUMBERS = 512
"""Longest vector that is taken from a model."""


def read_artifact(folder: str | Path | None = None) -> Artifact:
    """The model in `folder`, by default the one that comes with the plugin.

    Raises ArtifactError where it is damaged, or where its labels are not Mikels' emotions.
    """
    artifact = Artifact.read(SHIPPED if folder is None else folder)
    labels = artifact.manifest.labels
    if set(labels) != LABELS or len(labels) != len(LABELS):
        raise ArtifactError(f"{artifact}: its labels must be {', '.join(sorted(LABELS))}, not {', '.join(labels)}")
    return artifact


class AffectiveRetrieval:
    """Probabilities of the emotions that a picture evokes, and its vector, people or not.

    Each frame is judged by itself: neither the other frames of the batch nor earlier ones change an answer.
    """

    name = NAME
    needs_faces = False

    def __init__(self, artifact: str | Path | None = None, runtime: str = "auto") -> None:
        """`artifact`: folder of a model made by `monitor train affective-retrieval`.

        Raises ArtifactError where there is none, where it is damaged or gives no vectors, and RuntimeUnavailable where
        the runtime asked for does not work.
        """
        self.artifact = read_artifact(artifact)
        self._manifest = self.artifact.manifest
        self._size = input_size(self._manifest)
        self.labels, self.model = self._manifest.labels, self._manifest.identity
        self._runtime: Runtime | None = runtimes.load(self.artifact, runtime)
        shapes = [each.shape for each in self._runtime.outputs(np.zeros((1, *self._manifest.input_shape), np.float32))]
        if len(shapes) < 2 or len(shapes[1]) != 2 or shapes[1][1] > MOST_NUMBERS:
            raise ArtifactError(
                f"{self.artifact}: its second output must be a vector of at most {MOST_NUMBERS} numbers per picture; "
                f"for one picture its outputs are {', '.join(map(str, shapes))}"
            )

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One observation per sample, of the whole frame."""
        if not samples:
            return []
        if self._runtime is None:
            raise RuntimeError(f"{self.name} is closed")
        pictures = np.stack([frame_picture(sample.frame, self._size) for sample in samples])
        probabilities, vectors, *_ = self._runtime.outputs(network_input(pictures, self._manifest))
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # rounding leaves them a little off
        return [
            [
                Observation(
                    analyzer=self.name,
                    source=sample.frame.source,
                    seconds=sample.frame.seconds,
                    subject=None,
                    scores=dict(zip(self.labels, row.tolist(), strict=True)),
                    vector=vector,
                )
            ]
            for sample, row, vector in zip(samples, probabilities, vectors, strict=True)
        ]

    def close(self) -> None:
        """Give back the model."""
        self._runtime = None
