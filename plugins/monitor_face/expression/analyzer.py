"""The analyzer `face-fusion`: one observation of emotion per face, from the face's picture and its landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from monitor.model import runtimes
from monitor.model.artifact import Artifact
from monitor.plugin import Runtime
from monitor.sample import Observation, Sample
from monitor_face.expression.affect import affect, measures_of
from monitor_face.expression.face_input import FaceInput

SHIPPED = Path(__file__).parents[1] / "artifact"
"""The model that comes with the plugin."""


class FaceFusion:
    """Emotion probabilities of every face, from a network that sees the aligned picture of the face and its landmarks.

    Beside them it says valence and arousal, derived from the probabilities (`monitor_face.expression.affect`).
    Each face is judged by itself: neither the other faces of the batch nor the person's past change an answer.
    """

    name = "face-fusion"
    needs_faces = True

    def __init__(self, artifact: str | Path = SHIPPED, runtime: str = "auto") -> None:
        """`artifact`: folder of a model made by `monitor train face-fusion` or `face-expression`.

        Raises ArtifactError where the folder is damaged or holds a model for other input, and RuntimeUnavailable where
        the runtime asked for does not work.
        """
        read = Artifact.read(artifact)
        self._input = FaceInput(read.manifest)
        self.labels, self.model = read.manifest.labels, read.manifest.identity
        self.measures = measures_of(self.labels)
        self._runtime: Runtime | None = runtimes.load(read, runtime)

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One observation per face and sample; `confidence` is how sure the detector is that there is a face."""
        seen = [(index, face) for index, sample in enumerate(samples) for face in sample.faces]
        answers: list[list[Observation]] = [[] for _ in samples]
        if not seen:
            return answers
        if self._runtime is None:
            raise RuntimeError(f"{self.name} is closed")
        faces = [self._input(samples[index].frame.image, face.mesh, face.box) for index, face in seen]
        probabilities = self._runtime.run(self._input.batch(np.stack(faces)))
        for (index, face), row in zip(seen, probabilities, strict=True):
            frame, scores = samples[index].frame, dict(zip(self.labels, row.tolist(), strict=True))
            answers[index].append(
                Observation(
                    analyzer=self.name,
                    source=frame.source,
                    seconds=frame.seconds,
                    subject=face.track,
                    scores=scores,
                    box=face.box,
                    confidence=face.score,
                    measures=affect(scores) if self.measures else {},
                )
            )
        return answers

    def close(self) -> None:
        """Give back the model."""
        self._runtime = None
