"""What was marked in a source, and how much of it is excluded, as pages, reports and exports tell it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from monitor.readout.timeline import GAP_COLUMNS, merged_gaps
from monitor.store import Session, Source, Store
from monitor.store.events import Event, events
from monitor.store.exclusion import excluded_of

EVENT_COLUMNS = {
    "session": "number of the session",
    "event": "number of the event",
    "source": "name of the source that it is about; empty for all of the session",
    "tier": "events of one sort lie on one tier",
    "kind": "moment, interval, or exclude: a stretch that counts in no share",
    "start_seconds": "start in stream time, or the moment itself, in seconds",
    "end_seconds": "end in stream time; empty for moments",
    "label": "what it is",
    "note": "what else was said of it",
    "colour": "as CSS writes it; empty where none was chosen",
    "author": "human, machine (this program's own search) or program (another one)",
    "made_by": "who or what that was",
    "made_at": "when it was made, in seconds of Unix time",
}
"""Column of the exported table of events -> what it holds."""


def of_source(store: Store, source: Source) -> list[Event]:
    """Events about a source, or about all of its session, in the order of their times."""
    return [event for event in events(store, source.session_id) if event.source_id in (None, source.id)]


def excluded_seconds(session: Session, source: Source, marked: Iterable[Event]) -> float:
    """Seconds of a source that count in no share, as far as it was sampled; `marked` are the events about it."""
    end = source.seconds + session.every_seconds
    return sum(max(0.0, min(end, stop) - start) for start, stop in excluded_of(marked, source.id))


def exclusion(session: Session, source: Source, marked: Iterable[Event]) -> str:
    """In words how much of a source is excluded, as in `12 s excluded`; empty where nothing is."""
    seconds = round(excluded_seconds(session, source, marked), 1)
    return f"{seconds:,g} s excluded" if seconds else ""


def holes(gaps: pd.DataFrame, source: Source, marked: Iterable[Event], end_seconds: float) -> pd.DataFrame:
    """Stretches of a source that plots up to `end_seconds` shade: gaps of the stream, and what is excluded.

    `gaps` and `marked` are all of the source. Columns GAP_COLUMNS.
    """
    missing = merged_gaps(gaps, end_seconds)
    stretches = [(start, min(stop, end_seconds)) for start, stop in excluded_of(marked, source.id)]
    rows = [(start, stop, "counts in no share", "excluded") for start, stop in stretches if start < stop]
    return pd.DataFrame([*missing.itertuples(index=False, name=None), *rows], columns=GAP_COLUMNS)


def event_table(store: Store, session: Session) -> pd.DataFrame:
    """All events of a session with the columns EVENT_COLUMNS, in the order of their times."""
    names = {source.id: source.name for source in store.sources(session.id)}
    rows = [
        (
            session.id,
            event.id,
            names.get(event.source_id or 0),
            event.tier,
            event.kind,
            event.start_seconds,
            event.end_seconds,
            event.label,
            event.note,
            event.colour,
            event.author,
            event.made_by,
            event.made_at,
        )
        for event in events(store, session.id)
    ]
    words = ["source", "tier", "kind", "label", "note", "colour", "author", "made_by"]
    kinds = dict.fromkeys(words, "str") | dict.fromkeys(("start_seconds", "end_seconds", "made_at"), "float64")
    return pd.DataFrame(rows, columns=list(EVENT_COLUMNS)).astype({"session": "int64", "event": "int64", **kinds})
