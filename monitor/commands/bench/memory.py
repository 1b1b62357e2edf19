"""How much memory this process holds: the most at once, and whether it grows with the length of a video."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.engine.stream import Stream

APART_SECONDS = 0.1
"""By the clock, between two looks at the memory."""
EARLY, LATE = (0.1, 0.2), (0.9, 1.0)
"""Parts of a run that are compared: by the first, everything is loaded."""


class Held:
    """Looks after each step of one run at how much memory is held, in units of 10^6 bytes; then it is `over`."""

    def __init__(self) -> None:
        self.peak_mb: float | None = None
        """The most that the process has held by the end of the run; None before."""
        self._looked_at = 0.0
        self._held: list[tuple[int, float]] = []
        """So many samples in, so much."""

    def __call__(self, streams: Sequence[Stream]) -> None:
        if self.peak_mb is None and time.monotonic() >= self._looked_at + APART_SECONDS:
            samples = sum(stream.frames_sampled for stream in streams)
            self._held.append((samples, memory_mb()))
            self._looked_at = time.monotonic()

    def over(self) -> None:
        """The run has ended; what others leave behind in the same process is not looked at."""
        if self.peak_mb is None:
            self.peak_mb = peak_memory_mb()

    def early_and_late(self) -> dict[str, float]:
        """The medians in the second and in the last tenth of the run, of its samples; of a short run what is next."""
        most = max((samples for samples, _ in self._held), default=0)
        answer = {}
        for name, (start, end) in (("early", EARLY), ("late", LATE)):
            there = [held for samples, held in self._held if start * most <= samples <= end * most]
            answer[name] = median(there or [held for samples, held in self._held if samples >= start * most] or [0.0])
        return answer


def memory_mb() -> float:
    """Memory that this process holds now, in units of 10^6 bytes."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


def peak_memory_mb() -> float:
    """Most memory that this process has held at once, in units of 10^6 bytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes, on macOS bytes
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
