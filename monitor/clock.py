"""Stream time in words."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """Seconds of stream time as m:ss, or h:mm:ss from an hour on.

    >>> clock(65.9), clock(3661), clock(0)
    ('1:05', '1:01:01', '0:00')
    """
    whole = max(0, int(seconds + 1e-6))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(start_seconds: float, end_seconds: float) -> str:
    """A stretch of stream time, its two ends with a dash between."""
    return f"{clock(start_seconds)} \N{EN DASH} {clock(end_seconds)}"
