"""The seam around third-party code: what it raises costs its part of the samples at hand, never the run.

Faults are logged, stored and counted by stage and stream. So many in a row switch the stage off for that stream; the
others go on. Every call is timed, so that people can be told which stage holds a run up.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from monitor.engine.stream import InFlight, Stream
from monitor.store import Recorder

log = logging.getLogger("monitor")

Answer = TypeVar("Answer")
RECENT_SECONDS = 5.0
"""Wall clock over which `recent_ms` takes its means."""


class Guard:
    """Calls the stages of a run."""

    def __init__(self, recorder: Recorder, faults_in_a_row: int, stopping: threading.Event) -> None:
        self._recorder = recorder
        self._most_in_a_row = faults_in_a_row
        self._stopping = stopping
        self._in_a_row: Counter[tuple[str, int]] = Counter()
        self._off: dict[tuple[str, int], str] = {}
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._samples = 0
        self._recent_ms: dict[str, float] = {}
        self._recent_since = time.monotonic()
        self._spent_before: defaultdict[str, float] = defaultdict(float)
        self._samples_before = 0

    def call(
        self, stage: str, batch: Sequence[InFlight], ask: Callable[[], Answer], *, sample_by_sample: bool = False
    ) -> Answer | None:
        """What `ask` answers; None where it raises, which is a fault of `stage` on the samples of `batch`.

        With `sample_by_sample` the fault of a larger batch is only logged, because the caller asks again about each.
        Ctrl-C passes; a KeyboardInterrupt or SystemExit that the stage itself raises is a fault like any other.
        """
        try:
            with self.timed(stage):
                answer = ask()
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            if isinstance(error, KeyboardInterrupt) and self._is_interrupted():
                raise
            if sample_by_sample and len(batch) > 1:
                log.warning("%s failed on a batch of %d samples (%s); trying them one by one", stage, len(batch), error)
            else:
                self._note(stage, batch, error)
            return None
        for stream in _streams(batch):
            self._in_a_row[stage, stream.number] = 0
        return answer

    def is_off(self, stage: str, stream: Stream) -> bool:
        """Whether `stage` has failed so often in a row on `stream` that it is left out there."""
        return (stage, stream.number) in self._off

    def switched_off(self, stream: Stream) -> dict[str, str]:
        """Stage -> why, for those that are left out on `stream`."""
        return {stage: why for (stage, number), why in self._off.items() if number == stream.number}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Adds the time spent inside to that of `stage`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._spent[stage] += time.perf_counter() - began

    def count_samples(self, samples: int) -> None:
        """Note that so many samples went through all stages."""
        self._samples += samples
        now = time.monotonic()
        passed = self._samples - self._samples_before
        if passed and (now - self._recent_since >= RECENT_SECONDS or not self._recent_ms):
            spent = {stage: seconds - self._spent_before[stage] for stage, seconds in self._spent.items()}
            self._recent_ms = {stage: 1e3 * seconds / passed for stage, seconds in spent.items()}
            self._recent_since, self._samples_before, self._spent_before = now, self._samples, self._spent.copy()

    @property
    def recent_ms(self) -> dict[str, float]:
        """Stage -> mean milliseconds per sample over the last seconds."""
        return self._recent_ms

    @property
    def mean_ms(self) -> dict[str, float]:
        """Stage -> mean milliseconds per sample over the whole run."""
        return {stage: 1e3 * seconds / max(1, self._samples) for stage, seconds in self._spent.items()}

    def _is_interrupted(self) -> bool:
        """Whether a KeyboardInterrupt can come from the user: after a first Ctrl-C that asked the run to stop, or where
        nobody handles Ctrl-C."""
        return self._stopping.is_set() or signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def _note(self, stage: str, batch: Sequence[InFlight], error: BaseException) -> None:
        message = f"{type(error).__name__}: {error}"
        log.error("%s failed on %d sample(s): %s", stage, len(batch), message, exc_info=log.isEnabledFor(logging.DEBUG))
        for stream in _streams(batch):
            own = [each for each in batch if each.stream is stream]
            self._recorder.add_fault(stream.id, own[0].sample.frame.seconds, stage, len(own), message)
            self._in_a_row[stage, stream.number] += 1
            if self._in_a_row[stage, stream.number] >= self._most_in_a_row:
                why = f"{stage} failed {self._in_a_row[stage, stream.number]} times in a row; the last time: {message}"
                self._off[stage, stream.number] = why
                log.error("%s: %s; it is left out from here on", stream.source.name, why)


def _streams(batch: Sequence[InFlight]) -> list[Stream]:
    return list({id(each.stream): each.stream for each in batch}.values())
