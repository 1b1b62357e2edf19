"""Lets pictures that arrive in bursts pass at the pace they were filmed at."""

from __future__ import annotations

JUMP_SECONDS = 10.0
"""Timestamps that are further off than this belong to another count, and start a new one."""


class Pace:
    """Says when each picture of a stream is due; the first one sets the clock.

    A stream that comes late catches up: its pictures are due at once until it is where it would have been.
    """

    def __init__(self) -> None:
        self._offset: float | None = None

    def delay(self, stream_seconds: float, now: float) -> float:
        """Seconds from `now` (on any steady clock) until the picture with this timestamp is due, at least 0."""
        if self._offset is None or abs(stream_seconds + self._offset - now) > JUMP_SECONDS:
            self._offset = now - stream_seconds
        return max(0.0, stream_seconds + self._offset - now)
