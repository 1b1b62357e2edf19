"""A detector and an analyzer of two faces that move as a clip of `make_clip` brightens; all of it can be predicted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.plugin import Measure
from monitor.sample import Face, Observation, Sample
from monitor.store import Store


class Corners:
    """One face in the upper left, which wanders right, and one in the lower right while the picture is dark."""

    asked = 0
    """How often, over all instances."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        Corners.asked += 1
        level = float(image.mean()) / 255
        faces = [Face((0.1 + 0.5 * level, 0.1, 0.3 + 0.5 * level, 0.3), 0.9)]
        return faces if level > 0.6 else [*faces, Face((0.6, 0.6, 0.9, 0.9), 0.8)]

    def close(self) -> None:
        pass


class Follower(Corners):
    """Follows faces too, and finds them a little lower each time: where they are depends on where they were."""

    followed = 0
    """How often, over all instances."""

    def follow(self, image: NDArray[np.uint8], faces: list[Face], *times: object) -> list[Face] | None:
        Follower.followed += 1
        lower = np.array([0.0, 0.003, 0.0, 0.003])
        return [Face(tuple((face.box + lower).tolist()), 0.7) for face in faces]  # type: ignore[arg-type]


class Shade:
    """Calls faces bright as the frame is, and measures it; places them among others by both."""

    name = "shade"
    labels = ("bright", "dark")
    measures = (Measure("level", "", 0, 1, "Mean brightness of the frame."),)
    needs_faces = True
    asked = 0
    """About how many samples, over all instances."""

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        Shade.asked += len(samples)
        return [[self._one(sample, face) for face in sample.faces] for sample in samples]

    def _one(self, sample: Sample, face: Face) -> Observation:
        level = float(sample.frame.image.mean()) / 255
        scores = {"bright": level, "dark": 1 - level}
        frame = sample.frame
        return Observation(
            self.name,
            frame.source,
            frame.seconds,
            face.track,
            scores,
            face.box,
            measures={"level": level},
            vector=np.array([level, 1 - level], np.float32),
        )

    def close(self) -> None:
        pass


def tables(store: str) -> dict[str, pd.DataFrame]:
    """All that a store has of its first session, of one source."""
    with Store(store) as opened:
        session = opened.session(1)
        read = {
            "observations": opened.observations(session),
            "samples": opened.samples(session),
            "people": opened.people(session),
        }
        for analyzer in session.analyzers:
            read[f"windows of {analyzer}"] = opened.windows(session, analyzer)
            read[f"measures of {analyzer}"] = opened.measure_windows(session, analyzer)
            read[f"totals of {analyzer}"] = opened.totals(session, analyzer)
        (source,) = opened.sources(1)
        read["source"] = pd.DataFrame([{"sampled": source.frames_sampled, "seconds": source.seconds}])
        return read
