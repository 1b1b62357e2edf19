"""One connection to a camera or stream: a thread that drains it without pause and keeps only the newest picture."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import av
from av.container import InputContainer
from av.video.frame import VideoFrame

from monitor.errors import SourceError
from monitor.sources.pace import Pace
from monitor.sources.shots import ShotDetector
from monitor.sources.video import USUAL_RATE, video_stream

SKIPPABLE_INTERVALS = 4
"""From this many picture intervals between two samples on, pictures that nothing depends on are not decoded."""


BURSTING_FORMATS = ("hls", "dash")
"""Streams cut into files of some seconds each, which arrive at once."""
SILENT = "the stream fell silent"


class ConnectionLost(Exception):  # noqa: N818 - not a fault: live streams break
    """The connection broke, ended or fell silent; the message says which."""


@dataclass(frozen=True)
class Arrival:
    """The newest picture."""

    picture: VideoFrame
    at: float
    """When it came, on the clock of `time.monotonic`,"""
    shot_start: float
    """and when its shot began, on that clock."""


class Connection:
    """Drains what `connect` opens, in a thread of its own, because a read from the network cannot be called off.

    A connection that is closed while it reads ends by itself, at the latest when the read times out.
    """

    def __init__(self, connect: Callable[[], InputContainer], every_seconds: float, shot_start: ShotDetector) -> None:
        """`shot_start` has seen the pictures of the connections before."""
        self._connect = connect
        self._shot_start = shot_start
        self._every_seconds = every_seconds
        self._changed = threading.Condition()
        self._newest: Arrival | None = None
        self._counts: Counter[str] = Counter()
        self._alive_at: float | None = None  # when the newest picture came, or the connection was made
        self._failure: str | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._drain, name="live-source", daemon=True)
        self._thread.start()

    def next(self, timeout_seconds: float) -> Arrival | None:
        """The newest picture not taken yet; None after `close` or `timeout_seconds`. Raises ConnectionLost."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest or self._failure or self._closed, timeout_seconds)
            if self._closed:
                return None
            newest, self._newest = self._newest, None
            if newest is None and self._failure is not None:
                raise ConnectionLost(self._failure)
            return newest

    def silent_seconds(self) -> float:
        """For how long nothing has come; 0 while connecting, which has a time limit of its own."""
        return 0.0 if self._alive_at is None else time.monotonic() - self._alive_at

    def take_counts(self) -> Counter[str]:
        """Pictures "decoded", and lost because they were "corrupt" or "overwritten" by a newer one before anybody took
        them, since the last call."""
        with self._changed:
            counts, self._counts = self._counts, Counter()
            return counts

    def close(self, wait_seconds: float = 0.0) -> None:
        """Let the thread end, and wait for that no longer than `wait_seconds`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(wait_seconds)

    def _drain(self) -> None:
        failure = "reading it failed"
        try:
            with self._connect() as container:
                self._alive_at = time.monotonic()
                self._read(container)
            failure = "the stream ended"
        except av.error.ExitError:  # a read that timed out
            failure = SILENT
        except av.FFmpegError as error:
            failure = f"the connection broke ({error.strerror})"
        except (SourceError, OSError, ValueError) as error:
            failure = str(error)
        except Exception as error:  # a thread must not die unheard: the consumer would take it for silence
            failure = f"{type(error).__name__}: {error}"
        finally:
            with self._changed:
                self._failure = failure
                self._changed.notify_all()

    def _read(self, container: InputContainer) -> None:
        stream = video_stream(container)
        if stream is None or stream.codec_context is None:
            raise SourceError("there is no video in the stream that can be decoded")
        stream.thread_type = "SLICE"  # whole pictures in parallel would delay them
        if self._every_seconds * (stream.average_rate or USUAL_RATE) >= SKIPPABLE_INTERVALS:
            stream.codec_context.skip_frame = "NONREF"
        pace = Pace() if container.format.name in BURSTING_FORMATS else None
        for packet in container.demux(stream):
            try:
                pictures = packet.decode()
            except av.FFmpegError:
                pictures = []
                with self._changed:
                    self._counts["corrupt"] += 1
            for picture in pictures:
                if pace is None or picture.pts is None:
                    self._deliver(picture)
                else:
                    self._deliver(picture, pace.delay(picture.time, time.monotonic()))
            if self._closed:
                return

    def _deliver(self, picture: VideoFrame, delay_seconds: float = 0.0) -> None:
        """Make `picture` the newest one, once it is due."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, delay_seconds)
            self._counts["decoded"] += 1
            if picture.is_corrupt:
                self._counts["corrupt"] += 1
            elif not self._closed:
                self._alive_at = time.monotonic()
                if self._newest is not None:
                    self._counts["overwritten"] += 1
                self._newest = Arrival(picture, self._alive_at, self._shot_start(picture, self._alive_at))
                self._changed.notify_all()
