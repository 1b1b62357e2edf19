"""A camera or network stream: watched as it happens, reconnected whenever it goes away."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from threading import Event

from av.container import InputContainer

from monitor.errors import SourceError
from monitor.sample import Frame
from monitor.sources.connection import SILENT, Arrival, Connection, ConnectionLost
from monitor.sources.live_input import LiveInput
from monitor.sources.rgb import RgbConverter
from monitor.sources.sampler import Sampler
from monitor.sources.shots import ShotDetector
from monitor.sources.source import Gap
from monitor.sources.video import video_stream

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
CLOSE_SECONDS = 1.0


class LiveSource:
    """Samples by wall clock, counted from the first picture; a gap runs on in that time.

    A stream that breaks, ends or is silent for `silent_seconds` gives one Gap and is tried again after 0.5 s, 1 s, 2 s
    and so on up to 30 s, without end until `stop`.
    """

    kind = "live"

    def __init__(
        self,
        live: LiveInput,
        container: InputContainer,
        *,
        every_seconds: float,
        start_seconds: float = 0.0,
        until_seconds: float | None = None,
        silent_seconds: float = 20.0,
        number: int = 1,
        first_index: int = 0,
        earlier: Gap | None = None,
        began_at: float | None = None,
    ) -> None:
        """Take over `container`, the first connection to `live`. Raises SourceError where it has no video.

        Where a stream is gone on with that somebody watched before, samples count from `first_index`, stream time from
        `began_at`, Unix time, and `earlier` is the gap since.
        """
        if video_stream(container) is None:
            container.close()
            raise SourceError(f"{live.name}: there is no video in this stream; check the address")
        self.name = live.name
        self.number = number
        self.duration_seconds: float | None = None
        self.frames_decoded = 0
        self.frames_dropped: Counter[str] = Counter()
        self._live = live
        self._every_seconds = every_seconds
        self._sampler = Sampler(every_seconds, start_seconds)
        self._until_seconds = until_seconds
        self._silent_seconds = silent_seconds
        self._convert = RgbConverter()
        self._stopped = Event()
        self._began: float | None = None  # when the first picture came, on the monotonic clock
        self._first_index, self._earlier = first_index, earlier
        if began_at is not None:
            self._began = time.monotonic() - (time.time() - began_at)
        self._shot_start = ShotDetector()
        self._connection = Connection(lambda: container, every_seconds, self._shot_start)

    def samples(self) -> Iterator[Frame | Gap]:
        """The first picture of every sampling period, and gaps; ends after `stop` or at `until_seconds`."""
        index = self._first_index
        if self._earlier is not None:
            yield self._earlier
        for arrived in self._arrivals():
            if isinstance(arrived, Gap):
                yield arrived
                continue
            seconds = self._stream_time(arrived.at)
            if self._sampler.keeps(seconds):
                shot_start = self._stream_time(arrived.shot_start)
                yield Frame(self._convert(arrived.picture), seconds, self.number, index, None, self.name, shot_start)
                index += 1

    def _arrivals(self) -> Iterator[Arrival | Gap]:
        """Pictures as they come, and one Gap for each time that they stop coming."""
        last = 0.0 if self._earlier is None else self._earlier.seconds
        wait = FIRST_WAIT_SECONDS
        is_gap = False
        while not self._is_over():
            try:
                arrival = self._next()
            except ConnectionLost as lost:
                if not is_gap:
                    is_gap = True
                    yield Gap(last, str(lost))
                self._stopped.wait(self._until_end(wait))
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)
                self._reconnect()
                continue
            if arrival is not None:
                if self._began is None:
                    self._began = arrival.at
                last = self._stream_time(arrival.at)
                wait = FIRST_WAIT_SECONDS
                is_gap = False
                if self._until_seconds is None or last < self._until_seconds:
                    yield arrival

    def _next(self) -> Arrival | None:
        """The next picture, or None where none came yet. Raises ConnectionLost, also for silence."""
        connection = self._connection
        try:
            arrival = connection.next(self._until_end(self._silent_seconds - connection.silent_seconds()))
        finally:
            counts = connection.take_counts()
            self.frames_decoded += counts["decoded"]
            for reason in ("corrupt", "overwritten"):
                if counts[reason]:
                    self.frames_dropped[reason] += counts[reason]
        if arrival is None and connection.silent_seconds() >= self._silent_seconds:
            raise ConnectionLost(SILENT)
        return arrival

    def _reconnect(self) -> None:
        self._connection.close()
        if not self._is_over():
            self._connection = Connection(
                lambda: self._live.open(self._silent_seconds), self._every_seconds, self._shot_start
            )
            if self._stopped.is_set():  # stop came while the connection was made
                self._connection.close()

    def _stream_time(self, at: float) -> float:
        return at - (at if self._began is None else self._began)

    def _until_end(self, seconds: float) -> float:
        """`seconds`, or less where the source is over before."""
        if self._until_seconds is None or self._began is None:
            return seconds
        return min(seconds, max(0.0, self._until_seconds - self._stream_time(time.monotonic())))

    def _is_over(self) -> bool:
        return self._stopped.is_set() or self._until_end(1.0) <= 0

    def stop(self) -> None:
        self._stopped.set()
        self._connection.close()

    def close(self) -> None:
        self.stop()
        self._connection.close(CLOSE_SECONDS)
