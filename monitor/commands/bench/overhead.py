"""What the engine itself costs: a source that decodes nothing, and an analyzer that looks at nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from monitor.commands.bench.timing import timed
from monitor.engine.run import Run
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Frame, Observation, Sample
from monitor.settings import load_settings

ENGINE = "monitor"
"""The plugin that the engine itself is."""
NAME = "nothing"
SAMPLES = 1000


class MadeSource:
    """The same picture again and again, two a second, without any file."""

    kind = "file"

    def __init__(self, samples: int) -> None:
        self.number, self.name = 1, "made"
        self.duration_seconds: float | None = samples / 2
        self.frames_decoded, self.frames_dropped = 0, Counter[str]()
        self._samples = samples
        self._image = np.zeros((1080, 1920, 3), np.uint8)
        self._image.setflags(write=False)

    def samples(self) -> Iterator[Frame]:
        while self.frames_decoded < self._samples:
            index = self.frames_decoded
            self.frames_decoded += 1
            yield Frame(self._image, index / 2, self.number, index, source_name=self.name)

    def stop(self) -> None:
        self._samples = 0

    def close(self) -> None:
        pass


class Nothing:
    """Sees nothing in any sample."""

    name = NAME
    labels = ("positive", "negative")
    needs_faces = False

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        return [[] for _ in samples]

    def close(self) -> None:
        pass


def overhead(folder: Path, plugins: Plugins, samples: int = SAMPLES) -> dict[str, Any]:
    """Milliseconds a sample, by the clock and of processor time, in a store of its own in `folder`.

    No other plugin takes part: no sinks, no judges.
    """
    alone = Plugins([name for name in plugins.plugins if name != ENGINE])
    alone.analyzers[NAME] = Registration("analyzers", NAME, Nothing, ENGINE)
    settings = load_settings(analyzers=[NAME], store=str(folder / "overhead.db"))
    with closing(Run([MadeSource(samples)], settings, alone)) as run:

        def through() -> float:
            summary = run()
            return float(summary.sources[0]["seconds"])

        timing = timed(through)
    return {
        "samples": samples,
        "wall_ms": 1e3 * timing.wall / samples,
        "processor_ms": 1e3 * timing.processor / samples,
    }
