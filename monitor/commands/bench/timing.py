"""Times of repetitions, taken in turn so that whatever else the machine does falls on all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Timing:
    """One repetition of one way through the video."""

    seconds: float
    """Of the video, all streams together."""
    wall: float
    """Seconds that passed."""
    processor: float
    """Seconds of processor time, all threads together."""

    @property
    def realtime_factor(self) -> float:
        return self.seconds / self.wall if self.wall else 0.0


@dataclass(frozen=True)
class Spread:
    """Median and range of repetitions."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f} to {self.most:.2f})"


Way = Callable[[], Timing]


def timed(work: Callable[[], float]) -> Timing:
    """What `work` takes, which answers how many seconds of video it went through."""
    began, busy = time.perf_counter(), time.process_time()
    seconds = work()
    return Timing(seconds, time.perf_counter() - began, time.process_time() - busy)


def in_turn(ways: Mapping[str, Way], repetitions: int) -> dict[str, list[Timing]]:
    """Every way once, then every way again the other way round, and so on."""
    found: dict[str, list[Timing]] = {name: [] for name in ways}
    for repetition in range(repetitions):
        for name in list(ways) if repetition % 2 == 0 else list(ways)[::-1]:
            found[name].append(ways[name]())
    return found


def ratios(ours: list[Timing], theirs: list[Timing]) -> dict[str, Spread]:
    """How often faster and cheaper ours is than theirs, repetition by repetition: `speed` by the clock, `thrift` by
    processor time for the same length of video. Above 1, ours is better."""
    pairs = [
        (our, their) for our, their in zip(ours, theirs, strict=True) if our.seconds and their.seconds and their.wall
    ]
    if not pairs:
        nothing = Spread(0.0, 0.0, 0.0)
        return {"speed": nothing, "thrift": nothing}
    return {
        "speed": Spread.of([our.realtime_factor / their.realtime_factor for our, their in pairs]),
        "thrift": Spread.of(
            [(their.processor / their.seconds) / (our.processor / our.seconds) for our, their in pairs]
        ),
    }
