"""Cuts between shots, which the engine finds while it decodes: moments on a tier of their own."""

from __future__ import annotations

import time

from monitor.store.database import Database
from monitor.store.events import MOMENT, Event, events

TIER = "shots"


def cut(session_id: int, source_id: int, seconds: float) -> Event:
    """The event that says a new shot of a source begins at `seconds`."""
    return Event(
        session_id,
        MOMENT,
        seconds,
        label="cut",
        tier=TIER,
        source_id=source_id,
        author="machine",
        made_by="shot detector",
        made_at=time.time(),
    )


def cuts(store: Database, session_id: int, source_id: int, reach: tuple[float, float]) -> list[float]:
    """When shots of a source begin within `reach`, start and end in seconds; those of events that a person put on the
    tier too."""
    found = events(store, session_id, tiers=[TIER])
    start, end = reach
    return [
        event.start_seconds
        for event in found
        if event.source_id in (None, source_id) and start <= event.start_seconds <= end
    ]
