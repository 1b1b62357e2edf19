"""The analyzer `affective-novelty`: how unlike everything before a frame feels, as a measure over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor.plugin import Measure
from monitor.sample import Observation, Sample
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_retrieval.index.novelty import LEFT_OUT_SECONDS, Novelty

NAME = "affective-novelty"


class AffectiveNovelty:
    """Of one source. The values are those by which `monitor unusual` orders; there they come with the index."""

    name = NAME
    labels: tuple[str, ...] = ()
    measures = (
        Measure(
            "novelty",
            "",
            0,
            2,
            f"Distance to the most similar earlier frame, the last {LEFT_OUT_SECONDS:g} s left out: 0 was seen before.",
        ),
    )
    needs_faces = False
    temporal = True

    def __init__(self, artifact: str | Path | None = None, runtime: str = "auto") -> None:
        """Takes the model of `affective-retrieval`, and raises what that raises."""
        self._retrieval = AffectiveRetrieval(artifact, runtime)
        self._novelty = Novelty()

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One observation per sample, of the whole frame; none in the first seconds, which have no past."""
        answers = []
        for (seen,) in self._retrieval.analyze(samples):
            assert seen.vector is not None
            novelty = self._novelty(seen.vector, seen.seconds)
            measures = {} if novelty is None else {"novelty": novelty}
            answers.append([Observation(NAME, seen.source, seen.seconds, None, measures=measures)] if measures else [])
        return answers

    def close(self) -> None:
        """Give back the model."""
        self._retrieval.close()
