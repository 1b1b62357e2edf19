"""Which frames of a stream are analysed, and in which window of time a moment lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

SLACK = 1e-6
"""Timestamps closer than this share of a period count as equal, so that 0.6 s lies in the third period of 0.2 s."""


def period_index(seconds: float, period_seconds: float) -> int:
    """Number of the period in which `seconds` lies, counted from 0 at time 0.

    Plain floor division is wrong for decimal periods: `0.6 // 0.2` is 2.

    >>> period_index(0.6, 0.2), period_index(0.59, 0.2), period_index(0.0, 0.2)
    (3, 2, 0)
    """
    return math.floor(seconds / period_seconds + SLACK)


@dataclass
class Sampler:
    """Keeps the first frame of every period of stream time.

    Gaps in a stream skip periods instead of bunching samples behind the gap; a frame that is older than the last one
    kept (a wrapped or repeated timestamp) is not kept.
    """

    every_seconds: float
    start_seconds: float = 0.0
    """Nothing before this time is kept; periods are counted from here."""
    _last: int = -1

    def keeps(self, seconds: float) -> bool:
        """Whether the frame shown at `seconds` is to be analysed. Call it once per frame, in stream order."""
        if seconds < self.start_seconds - SLACK * self.every_seconds:
            return False
        period = period_index(seconds - self.start_seconds, self.every_seconds)
        if period <= self._last:
            return False
        self._last = period
        return True
