"""What keeps viewers of live pictures from costing more than they should."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ViewingLimits:
    """Limits of a server of live pictures."""

    most_per_second: float = 10.0
    """Pictures of one stream."""
    most_viewers: int = 32
    """Streams at once; further ones are answered with 429."""
    most_seconds: float = 3600.0
    """Longest that one stream lasts."""
    silent_seconds: float = 30.0
    """Longest wait for a new picture: in the gap of a camera a stream ends, and the page asks again."""
