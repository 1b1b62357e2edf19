"""Gathers what the sources of a run have into batches."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from monitor.engine.stream import Stream
from monitor.sample import Frame
from monitor.settings import Settings
from monitor.sources import Gap


class Gathering:
    """Takes turns among the streams of a run, so that none waits for what another costs."""

    def __init__(self, settings: Settings, stopping: threading.Event) -> None:
        """Where `stopping` is set nothing is waited for."""
        self.ready = threading.Condition()
        """Every reader of the run notifies it of what it has."""
        self._settings, self._stopping = settings, stopping
        self._turn = 0

    def __call__(self, streams: Sequence[Stream]) -> list[tuple[Stream, Frame | Gap, float]]:
        """At most a batch of frames that lie ready in `streams`, one from each in turn, and the gaps before them.

        With the `time.monotonic` at which each arrived. Waits a moment for the first, and for more as long as the
        settings say: until there are enough, or one from each stream.
        """
        self._wait(streams)
        waiting = deque(streams)
        waiting.rotate(-self._turn)  # no stream is always the first: there may be more of them than fit into a batch
        self._turn += self._settings.batch_size
        taken: list[tuple[Stream, Frame | Gap, float]] = []
        frames = 0
        while waiting and frames < self._settings.batch_size:
            stream = waiting.popleft()
            for item, arrived in stream.reader.take(1):
                waiting.append(stream)
                frames += isinstance(item, Frame)
                taken.append((stream, item, arrived))
        return taken

    def _wait(self, streams: Sequence[Stream]) -> None:
        readers = [stream.reader for stream in streams]
        with self.ready:
            self.ready.wait_for(
                lambda: self._stopping.is_set() or any(reader.has_news for reader in readers), timeout=0.25
            )
            if self._settings.batch_wait_ms:
                self.ready.wait_for(
                    lambda: (
                        self._stopping.is_set()
                        or sum(reader.waiting for reader in readers) >= self._settings.batch_size
                        or all(reader.has_news for reader in readers)
                    ),
                    timeout=self._settings.batch_wait_ms / 1e3,
                )
