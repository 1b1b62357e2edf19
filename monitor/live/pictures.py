"""The newest picture of every source, drawn and encoded when somebody looks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from monitor.errors import MonitorError
from monitor.live.annotate import annotated_jpeg, small
from monitor.sample import Observation, Sample

MANY = 4
"""Of so many sources and more the pictures are made small: of a few the time for that is worth more than the memory."""


class LivePictures:
    """Published by the engine's thread, awaited by viewers in one event loop; the engine waits for nobody."""

    def __init__(self, titles: Callable[[int], Mapping[int, str]] = lambda source_id: {}, blur: bool = False) -> None:
        """`titles` tells what the tracks of a source are called; `blur`: faces are blurred."""
        self._titles, self._blur = titles, blur
        self._newest: dict[int, tuple[Sample, Sequence[Observation]]] = {}
        self._encoded: dict[int, tuple[Sample, bytes]] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None
        """Set, and replaced by the next, when a picture comes; touched in the loop's thread only."""
        self._closed = False

    def publish(self, source_id: int, sample: Sample, observations: Sequence[Observation]) -> None:
        """Make this the newest picture of a source. It stays here until the next one, of many sources no larger than
        viewers see it."""
        with self._lock:
            is_one_of_many = len(self._newest.keys() | {source_id}) >= MANY
        if is_one_of_many:
            sample = replace(sample, frame=replace(sample.frame, image=small(sample.frame.image)))
        with self._lock:
            self._newest[source_id] = (sample, observations)
        self._wake()

    def close(self) -> None:
        """End the wait of every viewer."""
        self._closed = True
        self._wake()

    def sources(self) -> list[dict[str, Any]]:
        """Number, name and stream time of every source that has a picture."""
        with self._lock:
            newest = sorted(self._newest.items())
        return [{"id": n, "name": s.frame.source_name, "seconds": s.frame.seconds} for n, (s, _) in newest]

    def newest(self, source_id: int) -> Sample | None:
        """The sample shown now; None before a source's first."""
        with self._lock:
            return self._newest[source_id][0] if source_id in self._newest else None

    def jpeg(self, source_id: int) -> tuple[Sample, bytes]:
        """The newest picture and its sample. Raises KeyError where the source has none."""
        with self._lock:
            sample, observations = self._newest[source_id]
            encoded = self._encoded.get(source_id)
        if encoded is None or encoded[0] is not sample:
            try:
                titles = self._titles(source_id)
            except MonitorError:  # the database is away: a picture with numbers is better than none
                titles = {}
            encoded = (sample, annotated_jpeg(sample, observations, titles=titles, blur=self._blur))
            self._encoded[source_id] = encoded
        return encoded

    async def wait(self, source_id: int, shown: Sample | None, seconds: float) -> bool:
        """Whether there is another picture than `shown`, waiting for one for so many seconds; False once closed."""
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                while not self._closed and self.newest(source_id) is shown:
                    if self._changed is None:
                        self._changed = asyncio.Event()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return not self._closed

    def _wake(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._notify)

    def _notify(self) -> None:
        if self._changed is not None:
            self._changed.set()
            self._changed = None
