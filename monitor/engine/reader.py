"""Decodes one source in its own thread and hands its frames to the engine.

Files wait for the engine and lose nothing; live streams keep the newest frame and count each one it replaces.
"""

from __future__ import annotations

import threading
import time
from collections import deque

from monitor.errors import MonitorError, SourceError
from monitor.sample import Frame
from monitor.sources import Gap, Source

FRAMES_AHEAD = 3
"""How many sampled frames of a file are decoded before the engine takes them,"""
MANY = 4
"""and one of each of so many files and more: together they keep the engine busy, and frames take most of the memory."""


class Reader(threading.Thread):
    """A running source. `ready` is shared by all readers of a run and is notified whenever one has something."""

    def __init__(self, source: Source, ready: threading.Condition, sources: int = 1) -> None:
        """`source` is one of so many `sources` of a run."""
        super().__init__(name=f"reader of {source.name}", daemon=True)
        self.source = source
        self.error: MonitorError | None = None
        """Why the source ended, where it did not end by itself."""
        self.decode_seconds = 0.0
        """Time spent inside the source."""
        self._ready = ready
        self._waiting: deque[tuple[Frame | Gap, float]] = deque()
        self._frames_ahead = FRAMES_AHEAD if sources < MANY else 1
        self._ended = False
        self._stopped = False

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more."""
        with self._ready:
            return self._ended and not self._waiting

    @property
    def has_news(self) -> bool:
        """Whether `take` would give something, or the source has ended. Call it with `ready` held."""
        return self._ended or bool(self._waiting)

    @property
    def waiting(self) -> int:
        """How many frames and gaps lie ready. Call it with `ready` held."""
        return len(self._waiting)

    def run(self) -> None:
        try:
            samples = self.source.samples()
            while True:
                began = time.perf_counter()
                item = next(samples, None)
                self.decode_seconds += time.perf_counter() - began
                if item is None or self._stopped:
                    break
                self._put(item)
        except MonitorError as error:
            self.error = error
        except Exception as error:  # a reader must never die silently: whatever PyAV raises ends this source only
            self.error = SourceError(f"{self.source.name}: {type(error).__name__}: {error}")
        finally:
            self.source.close()
            with self._ready:
                self._ended = True
                self._ready.notify_all()

    def _put(self, item: Frame | Gap) -> None:
        with self._ready:
            if self.source.kind == "live":
                older = [waiting for waiting in self._waiting if isinstance(waiting[0], Frame)]
                if isinstance(item, Frame) and older:
                    self.source.frames_dropped["engine busy"] += len(older)
                    self._waiting = deque(waiting for waiting in self._waiting if isinstance(waiting[0], Gap))
            self._waiting.append((item, time.monotonic()))
            self._ready.notify_all()
            if self.source.kind != "live":  # before the next is decoded, which would wait here in full size
                self._ready.wait_for(lambda: len(self._waiting) < self._frames_ahead or self._stopped)

    def take(self, most: int) -> list[tuple[Frame | Gap, float]]:
        """Up to `most` waiting frames or gaps, each with the `time.monotonic` at which it arrived."""
        with self._ready:
            taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            if taken:
                self._ready.notify_all()
            return taken

    def stop(self) -> None:
        """End soon, dropping nothing that was already taken."""
        with self._ready:
            self._stopped = True
            self._ready.notify_all()
        self.source.stop()

    def release(self, wait_seconds: float) -> None:
        """Wait, no longer than that, until the source is closed; one that was never started is closed here."""
        if self.ident is None:
            self.source.close()
        else:
            self.join(wait_seconds)
