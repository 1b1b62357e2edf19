"""Stream time in words."""

from __future__ import annotations


def clock(seconds: float, *, tenths: bool = False) -> str:
    """Seconds of stream time as m:ss, or h:mm:ss from an hour on, with `tenths` of a second or without.

    >>> clock(65.9), clock(3661), clock(0), clock(65.9, tenths=True)
    ('1:05', '1:01:01', '0:00', '1:05.9')
    """
    tenth = max(0, int(10 * seconds + 1e-5))
    whole, fraction = divmod(tenth, 10)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"{shown}.{fraction}" if tenths else shown


def span(start_seconds: float, end_seconds: float, *, tenths: bool = False) -> str:
    """A stretch of stream time, its two ends with a dash between."""
    return f"{clock(start_seconds, tenths=tenths)} \N{EN DASH} {clock(end_seconds, tenths=tenths)}"


def window(start_seconds: float, end_seconds: float) -> str:
    """The stretch of a window, with tenths of a second where whole seconds cannot tell its ends apart from others'."""
    return span(start_seconds, end_seconds, tenths=is_fine(end_seconds - start_seconds))


def is_fine(seconds: float) -> bool:
    """Whether times this far apart need tenths of a second to be told.

    >>> is_fine(5.0), is_fine(0.5), is_fine(1.5)
    (False, True, True)
    """
    return abs(seconds - round(seconds)) > 1e-6
