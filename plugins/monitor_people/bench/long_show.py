"""Shots of several people in turn, one after the other for hours: an endless broadcast, as fast as it is analysed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import psutil

from monitor.sample import Frame
from monitor_people.bench.actors import PICTURES_PER_SECOND, Actor
from monitor_people.bench.edited import Shot


class LongShow:
    """A source of the samples of `shots`: what a camera would show, with a clock that does not wait.

    Nothing is lost where the engine is slower, so that it is read as a file is. The cuts are known, not found. At every
    sample it notes how much memory the process holds.
    """

    kind = "file"
    duration_seconds: float | None = None

    def __init__(self, actors: Sequence[Actor], shots: Sequence[Shot], every_seconds: float) -> None:
        self.number, self.name = 1, "long show"
        self.frames_decoded, self.frames_dropped = 0, Counter[str]()
        self._actors, self._shots, self._every_seconds = actors, shots, every_seconds
        self._stopped = threading.Event()
        self._megabytes: list[float] = []

    @property
    def growth_megabytes(self) -> float:
        """Of memory, between a quarter of the samples that were given and the last."""
        return self._megabytes[-1] - self._megabytes[len(self._megabytes) // 4] if self._megabytes else 0.0

    def samples(self) -> Iterator[Frame]:
        """A picture every `every_seconds`, from the first shot to the last."""
        step = max(1, round(self._every_seconds * PICTURES_PER_SECOND))
        shown = 0
        for shot in self._shots:
            actor, count = self._actors[shot.actor], round(shot.seconds * PICTURES_PER_SECOND)
            for number in range(-shown % step, count, step):
                if self._stopped.is_set():
                    return
                at = actor.at(shot.clip_seconds + number / PICTURES_PER_SECOND)
                image = shot.look(actor.pictures[at], actor.mattes[at])
                seconds = shot.start_seconds + number / PICTURES_PER_SECOND
                self._megabytes.append(psutil.Process().memory_info().rss / 1e6)
                index, self.frames_decoded = self.frames_decoded, self.frames_decoded + 1
                yield Frame(image, seconds, self.number, index, None, self.name, shot.start_seconds)
            shown += count

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        """Nothing is held."""
