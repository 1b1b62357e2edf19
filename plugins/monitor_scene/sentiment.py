"""The analyzer `scene-sentiment`: one observation per frame, from the whole frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from monitor import runtimes
from monitor.analyzer import Runtime
from monitor.artifact import Artifact
from monitor.errors import ArtifactError
from monitor.sample import Observation, Sample
from monitor.scene_picture import input_size, network_input, scene_picture

SHIPPED = Path(__file__).parent / "artifact"
"""The model that comes with the plugin."""
LABELS = frozenset({"positive", "negative"})


class SceneSentiment:
    """Probabilities that a picture feels positive or negative, people or not.

    Each frame is judged by itself: neither the other frames of the batch nor earlier ones change an answer.
    """

    name = "scene-sentiment"
    needs_faces = False

    def __init__(self, artifact: str | Path = SHIPPED, runtime: str = "auto") -> None:
        """`artifact`: folder of a model made by `monitor train scene-sentiment`.

        Raises ArtifactError where it is damaged or made for something else, RuntimeUnavailable where the runtime asked
        for does not work.
        """
        read = Artifact.read(artifact)
        self._manifest = read.manifest
        self._size = input_size(self._manifest)
        self.labels = self._manifest.labels
        if set(self.labels) != LABELS:
            raise ArtifactError(f"{read}: a scene model has the labels positive and negative, not {self.labels}")
        self._runtime: Runtime | None = runtimes.load(read, runtime)

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One observation per sample, of the whole frame."""
        if not samples:
            return []
        if self._runtime is None:
            raise RuntimeError(f"{self.name} is closed")
        pictures = np.stack([scene_picture(sample.frame.image, self._size) for sample in samples])
        probabilities = self._runtime.run(network_input(pictures, self._manifest))
        return [
            [
                Observation(
                    analyzer=self.name,
                    source=sample.frame.source,
                    seconds=sample.frame.seconds,
                    subject=None,
                    scores=dict(zip(self.labels, row.tolist(), strict=True)),
                )
            ]
            for sample, row in zip(samples, probabilities, strict=True)
        ]

    def close(self) -> None:
        """Give back the model."""
        self._runtime = None
