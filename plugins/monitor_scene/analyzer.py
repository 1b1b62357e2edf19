"""The analyzer `scene-sentiment`: one observation per frame, from the whole frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from monitor.errors import ArtifactError
from monitor.model import runtimes
from monitor.model.artifact import Artifact
from monitor.model.familiarity import FAR_PERCENT
from monitor.model.picture_input import frame_picture, input_size, network_input
from monitor.plugin import Measure, Runtime
from monitor.sample import Observation, Sample

SHIPPED = Path(__file__).parent / "artifact"
"""The model that comes with the plugin."""
LABELS = frozenset({"positive", "negative"})
UNFAMILIARITY = Measure(
    "unfamiliarity",
    "%",
    0,
    100,
    "Distance from the training pictures, as a percentile: at 95 %, 95 of 100 other pictures of their kind are nearer.",
)
FAR_OUTSIDE = Measure(
    "far_outside",
    "",
    0,
    1,
    f"1 where unfamiliarity is above {FAR_PERCENT:g} %, else 0; its mean is the share of such samples.",
    doubt=f"are far from what the model was trained on ({100 - FAR_PERCENT:g} % is usual); their shares say little.",
)


class SceneSentiment:
    """Probabilities that a picture feels positive or negative, people or not, and how unfamiliar it is to the model.

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
        self.labels, self.model = self._manifest.labels, self._manifest.identity
        if set(self.labels) != LABELS:
            raise ArtifactError(f"{read}: a scene model has the labels positive and negative, not {self.labels}")
        self._familiarity = read.familiarity()
        self.measures = () if self._familiarity is None else (UNFAMILIARITY, FAR_OUTSIDE)
        self._runtime: Runtime | None = runtimes.load(read, runtime)

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One observation per sample, of the whole frame."""
        if not samples:
            return []
        if self._runtime is None:
            raise RuntimeError(f"{self.name} is closed")
        pictures = np.stack([frame_picture(sample.frame, self._size) for sample in samples])
        probabilities, *features = self._runtime.outputs(network_input(pictures, self._manifest))
        measures: list[dict[str, float]] = [{} for _ in samples]
        if self._familiarity is not None:
            unfamiliarity = self._familiarity.unfamiliarity(features[0])
            measures = [
                {UNFAMILIARITY.name: float(value), FAR_OUTSIDE.name: float(value > FAR_PERCENT)}
                for value in unfamiliarity
            ]
        return [
            [
                Observation(
                    analyzer=self.name,
                    source=sample.frame.source,
                    seconds=sample.frame.seconds,
                    subject=None,
                    scores=dict(zip(self.labels, row.tolist(), strict=True)),
                    measures=measured,
                )
            ]
            for sample, row, measured in zip(samples, probabilities, measures, strict=True)
        ]

    def close(self) -> None:
        """Give back the model."""
        self._runtime = None
