"""Whether streams starve beside one that takes much longer: a crowd of faces, say."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from monitor.commands.bench.ways import Video
from monitor.engine.models import Models
from monitor.engine.run import Run
from monitor.engine.stream import Stream
from monitor.plugin.registry import Plugins


def beside_crowd(video: Video, crowd: Video, plugins: Plugins, models: Models) -> dict[str, Any]:
    """The streams of `video` beside the one of `crowd`, for as long as all of them go on.

    `faces` are those of a sample of the crowd, on average; `samples` how many the crowd has had, and the others of
    which there were fewest and most; `longest_wait_seconds` the longest that one of the others went without.
    """
    sources = [crowd.open(1), *(video.open(number + 2) for number in range(video.streams))]
    with closing(Run(sources, video.settings, plugins, models=models)) as run:
        turns = Turns(run)
        run(turns)
        found = run.store.samples(run.store.session(run.recorder.session_id), source_id=run.streams[0].id).faces
    first, *others = turns.samples
    return {
        "file": Path(crowd.file).name,
        "faces": float(found.dropna().mean()) if found.notna().any() else 0.0,
        "samples": {"crowd": first, "least": min(others), "most": max(others)},
        "longest_wait_seconds": turns.longest_wait,
    }


class Turns:
    """Notes after each step of `run` which streams have had samples; ends it when one of them has no more."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.samples = [0] * len(run.streams)
        self.longest_wait = 0.0
        """Seconds between two samples of a stream other than the first."""
        self._served: dict[int, float] = {}

    def __call__(self, streams: Sequence[Stream]) -> None:
        if self._run.stopping.is_set():
            return
        now = time.monotonic()
        for place, stream in enumerate(streams):
            before = self._served.get(place)
            waited = 0.0 if before is None else now - before
            if place > 0:
                self.longest_wait = max(self.longest_wait, waited)
            if stream.frames_sampled > self.samples[place]:
                self.samples[place], self._served[place] = stream.frames_sampled, now
        if any(stream.ended_at is not None for stream in streams):
            self._run.stop()
