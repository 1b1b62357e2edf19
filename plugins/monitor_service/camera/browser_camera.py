"""A live source whose pictures somebody puts in, one at a time, and which gives back what was seen in each."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Frame, Observation, Sample
from monitor.settings import Settings
from monitor.sources import Gap
from monitor.sources.sampler import Sampler

SILENT = "the browser sends no pictures"


@dataclass(frozen=True)
class Seen:
    """What was seen in a picture."""

    sample: Sample
    observations: Sequence[Observation]


class BrowserCamera:
    """A `monitor.sources.Source`; an `AnswerSink` in the same run brings what was seen back.

    Stream time is wall clock from the first picture. Where no picture comes for `silent_seconds`, or the browser
    leaves, there is a gap until one comes; after `away_seconds` without one the source ends.
    """

    kind = "live"

    def __init__(
        self,
        name: str,
        *,
        every_seconds: float,
        silent_seconds: float,
        away_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.number = 1
        self.duration_seconds: float | None = None
        self.frames_decoded = 0
        self.frames_dropped: Counter[str] = Counter()
        self._sampler = Sampler(every_seconds)
        self._silent_seconds = silent_seconds
        self._away_seconds = away_seconds
        self._clock = clock
        self._began: float | None = None
        self._heard = clock()
        """When the newest picture came, on the clock; before the first, when the camera was made."""
        self._index = 0
        self._left = False
        self._stopped = False
        self._waiting: Frame | None = None
        self._asked: dict[int, Future[Seen | None]] = {}
        """Number of a picture that was not answered yet -> its answer to be."""
        self._changed = threading.Condition()

    def put(self, image: NDArray[np.uint8]) -> Future[Seen | None]:
        """Take the newest picture, RGB; what is seen in it, or None where it is not analysed.

        That is so where it comes before its sampling period, where a newer one came before it was taken, and once the
        source has ended.
        """
        answer: Future[Seen | None] = Future()
        with self._changed:
            now = self._clock()
            self._began = now if self._began is None else self._began
            self._heard, self._left = now, False
            self.frames_decoded += 1
            seconds = now - self._began
            if self._stopped or not self._sampler.keeps(seconds):
                self.frames_dropped["too early"] += not self._stopped
                _give(answer, None)
            else:
                if self._waiting is not None:
                    self.frames_dropped["overwritten"] += 1
                    _give(self._asked.pop(self._waiting.index), None)
                self._waiting = Frame(image, seconds, self.number, self._index, source_name=self.name)
                self._asked[self._index] = answer
                self._index += 1
            self._changed.notify_all()
        return answer

    def leave(self) -> None:
        """The browser is gone, perhaps to come back."""
        with self._changed:
            self._left = True
            self._changed.notify_all()

    def samples(self) -> Iterator[Frame | Gap]:
        """Pictures as they come, and one Gap for each time that they stop coming."""
        is_gap = False
        while True:
            with self._changed:
                limit_seconds = self._away_seconds if is_gap else self._silent_seconds
                self._changed.wait_for(partial(self._has_news, is_gap), max(0.0, limit_seconds - self._silence()))
                frame, self._waiting = self._waiting, None
                is_over = self._stopped or (frame is None and self._silence() >= self._away_seconds)
                gap = Gap(self._seconds(), SILENT) if frame is None and not is_gap and self._is_gone() else None
            if is_over:
                self.stop()
                return
            if frame is not None:
                is_gap = False
                yield frame
            elif gap is not None:
                is_gap = True
                yield gap

    def _has_news(self, is_gap: bool) -> bool:
        """Whether there is something to do; that the browser left is nothing new in a gap."""
        return self._stopped or self._waiting is not None or (self._left and not is_gap)

    def _silence(self) -> float:
        return self._clock() - self._heard

    def _is_gone(self) -> bool:
        return self._left or self._silence() >= self._silent_seconds

    def _seconds(self) -> float:
        """Stream time of the newest picture."""
        return 0.0 if self._began is None else self._heard - self._began

    def answer(self, seen: Seen) -> None:
        """Give back what was seen in a picture; older ones that were dropped meanwhile get nothing."""
        number = seen.sample.frame.index
        with self._changed:
            answered = {index: self._asked.pop(index) for index in sorted(self._asked) if index <= number}
        for index, answer in answered.items():
            _give(answer, seen if index == number else None)

    def stop(self) -> None:
        """End; pictures that wait are not analysed."""
        with self._changed:
            self._stopped = True
            asked, self._asked = list(self._asked.values()), {}
            self._changed.notify_all()
        for answer in asked:
            _give(answer, None)

    def close(self) -> None:
        self.stop()


def _give(answer: Future[Seen | None], seen: Seen | None) -> None:
    """Answer whoever has not gone away meanwhile."""
    if answer.set_running_or_notify_cancel():
        answer.set_result(seen)


class AnswerSink:
    """Brings what was seen of a camera's pictures back to whoever put them in."""

    def __init__(self, camera: BrowserCamera) -> None:
        self._camera = camera

    def begin(self, session_id: int, settings: Settings) -> None:
        """Nothing to prepare."""

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        self._camera.answer(Seen(sample, tuple(observations)))

    def close(self) -> None:
        """Nothing to let go of: the source answers what is left when it ends."""
