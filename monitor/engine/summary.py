"""What a run has to say at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.engine.guard import Guard
from monitor.engine.stream import Stream
from monitor.store import Store
from monitor.store.run_summary import measures_of, shares_of


@dataclass
class Summary:
    """A session that has ended."""

    session: int
    state: str
    sources: list[dict[str, Any]]
    stages_ms: dict[str, float]
    """Stage -> mean milliseconds per sample."""


def summarise(store: Store, session_id: int, state: str, streams: Sequence[Stream], guard: Guard) -> Summary:
    """What was recorded of `streams`, as the store has it, and what it cost; `state` is how the session ended."""
    session = store.session(session_id)
    sources = [
        {
            "name": stream.source.name,
            **stream.columns(),
            "switched_off": guard.switched_off(stream),
            "shares": shares_of(store, session, stream.id),
            "measures": measures_of(store, session, stream.id),
        }
        for stream in streams
    ]
    decoding = sum(stream.reader.decode_seconds for stream in streams)
    samples = max(1, sum(stream.frames_sampled for stream in streams))
    return Summary(session.id, state, sources, {"decode": 1e3 * decoding / samples, **guard.mean_ms})
