"""One source of a run, with its counts, and a sample of it on its way from the source to the store."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from monitor.engine.findings import Found
from monitor.engine.reader import Reader
from monitor.sample import Observation, Sample
from monitor.sources import Source
from monitor.store.unfinished import Unfinished


@dataclass(eq=False)
class Stream:
    """One source of a run, with its counts so far."""

    id: int
    """Number of its row in the store."""
    source: Source
    reader: Reader
    state: str = "waiting"
    frames_sampled: int = 0
    first_seconds: float | None = None
    """Stream time of the first sample."""
    seconds: float = 0.0
    """Stream time of the newest sample."""
    lag_seconds: float = 0.0
    """Live streams: how long the newest sample waited for the engine."""
    live_since: float | None = None
    """Live streams: Unix time at which stream time was 0; None before the first sample."""
    slow_stage: str | None = None
    """The stage that holds the run up, with its time, as words for people; None where none does."""
    error: str | None = None
    """Why it ended, where it did not end by itself."""
    began_at: float = field(default_factory=time.monotonic)
    ended_at: float | None = None

    @property
    def number(self) -> int:
        """Its number in the run."""
        return self.source.number

    @property
    def wall_seconds(self) -> float:
        return max((self.ended_at or time.monotonic()) - self.began_at, 1e-9)

    @property
    def realtime_factor(self) -> float:
        """Stream seconds that were gone through per second of wall clock."""
        first = 0.0 if self.first_seconds is None else self.first_seconds
        return (self.seconds - first) / self.wall_seconds

    def go_on(self, unfinished: Unfinished) -> None:
        """Count on from what was analysed before."""
        self.frames_sampled, self.live_since = unfinished.next_number, unfinished.began_at
        self.source.frames_decoded += unfinished.frames_decoded
        self.source.frames_dropped.update(unfinished.frames_dropped)

    def note_sample(self, seconds: float, lag_seconds: float) -> None:
        """Count a sample at `seconds` of stream time that waited `lag_seconds`."""
        self.frames_sampled += 1
        self.first_seconds = seconds if self.first_seconds is None else self.first_seconds
        self.seconds = seconds
        if self.source.kind == "live":
            self.lag_seconds = lag_seconds
            self.live_since = self.live_since or time.time() - lag_seconds - seconds

    def end(self, state: str) -> None:
        """It gives nothing any more; one that has ended before keeps its state."""
        if self.ended_at is None:
            self.ended_at = time.monotonic()
            self.state = "failed" if self.error else state

    def columns(self) -> dict[str, Any]:
        """The columns of the source's row."""
        return {
            "state": self.state,
            "frames_decoded": self.source.frames_decoded,
            "frames_sampled": self.frames_sampled,
            "frames_dropped": dict(self.source.frames_dropped),
            "seconds": self.seconds,
            "samples_per_second": self.frames_sampled / self.wall_seconds,
            "lag_seconds": self.lag_seconds,
            "realtime_factor": self.realtime_factor,
            "error": self.error,
            "began_at": self.live_since,
        }


@dataclass(eq=False)
class InFlight:
    """A sample on its way from the source to the store."""

    stream: Stream
    sample: Sample
    faces_known: bool = False
    """Whether the face stage ran and did not fail: only then does an empty `sample.faces` mean that nobody is there."""
    observations: list[Observation] = field(default_factory=list)
    found: Found | None = None
    """What was found in its frame before; None where nobody looked at it."""
