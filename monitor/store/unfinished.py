"""How far a recording was analysed when its engine vanished or was stopped, so that another can go on from there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from monitor.errors import StoreAway
from monitor.sample import Face
from monitor.shares import Tally, WindowKey
from monitor.sources.sampler import period_index
from monitor.store import tables
from monitor.store.queries import Store
from monitor.store.records import Session, Source
from monitor.store.tally_rows import tally_of

FOLLOWED_SECONDS = 3.0
"""Faces seen this shortly before the end are still followed."""


@dataclass(frozen=True)
class Unfinished:
    """A session of one source, recorded or live, as its last transaction left it."""

    session_id: int
    source_id: int | None
    """None where its engine vanished before it could name the source."""
    next_number: int
    """Of the next sample, counted from 0."""
    next_seconds: float
    """Where the period of the next sample begins, in stream time."""
    frames_decoded: int
    frames_dropped: Mapping[str, int]
    """Reason -> count."""
    batches: int
    """Transactions that were written of it."""
    last_track: int
    """Highest number of a face track, 0 where there is none."""
    followed: Mapping[float, list[Face]]
    """When somebody was last seen, the oldest first -> their faces, with tracks and without meshes."""
    windows: Mapping[WindowKey, Tally]
    """Share windows that are not over yet."""
    seconds: float
    """Stream time of the newest sample, 0 where there is none."""
    began_at: float | None
    """Unix time at which the stream time of a live source was 0; None for recordings, and where nothing came of it."""
    is_whole: bool
    """Whether its source was analysed to the end: `end_whole` is all that is left to do."""


def unfinished(store: Store, session_id: int) -> Unfinished | None:
    """What is left to do of a session; None where it has several sources, or pictures, and cannot be gone on with.

    Its engine may still be alive, and write meanwhile: who takes the session up with what comes back is refused then.
    """
    query = sa.select(tables.sessions.c.batches).where(tables.sessions.c.id == session_id)
    batches = (store.row(query) or {})["batches"] or 0  # before all else, so that a later transaction is noticed
    session = store.session(session_id)
    sources = store.sources(session_id)
    if not sources:
        return Unfinished(session_id, None, 0, 0.0, 0, {}, batches, 0, {}, {}, 0.0, None, is_whole=False)
    if len(sources) != 1 or sources[0].kind == "pictures":
        return None
    (source,) = sources
    last, next_seconds = _last_sample(store, session, source)
    track = sa.select(sa.func.max(tables.people.c.subject).label("track")).where(tables.people.c.source_id == source.id)
    return Unfinished(
        session_id,
        source.id,
        last["number"] + 1,
        next_seconds,
        source.frames_decoded,
        source.frames_dropped,
        batches,
        (store.row(track) or {})["track"] or 0,
        _followed(store, source.id, last["seconds"] - FOLLOWED_SECONDS),
        _windows(store, source.id, period_index(next_seconds, session.window_seconds)),
        max(0.0, last["seconds"]),
        source.began_at,
        session.state == "finished" or next_seconds >= (source.duration_seconds or math.inf),
    )


def take_up(connection: sa.Connection, left: Unfinished, **values: Any) -> None:
    """Set columns of a session, if nobody has written it since `left` was read. Raises StoreAway otherwise."""
    table = tables.sessions
    own = sa.and_(table.c.id == left.session_id, sa.func.coalesce(table.c.batches, 0) == left.batches)
    if not connection.execute(table.update().where(own).values(**values)).rowcount:
        raise StoreAway(f"session {left.session_id} is written by another process just now; try again")


def end_whole(store: Store, left: Unfinished) -> None:
    """End a session that is whole as finished, where its engine vanished before it could do so.

    Raises StoreAway where the engine did not vanish, and wrote since.
    """
    session = store.session(left.session_id)
    if session.state == "finished":
        return
    # whoever wrote it knows it by this time, and is refused from here on
    refused = math.nextafter(session.started_at, math.inf)
    ended = {"state": "finished", "ended_at": session.alive_at, "error": None, "started_at": refused}
    with store.errors(), store.engine.begin() as connection:
        take_up(connection, left, **ended)
        source = tables.sources
        connection.execute(source.update().where(source.c.id == left.source_id).values(state="finished"))


def _last_sample(store: Store, session: Session, source: Source) -> tuple[dict[str, Any], float]:
    """Number and seconds of the newest sample, and when the period after it begins."""
    table = tables.samples
    query = sa.select(table.c.number, table.c.seconds).where(table.c.source_id == source.id)
    last = store.row(query.order_by(table.c.number.desc())) or {"number": -1, "seconds": -session.every_seconds}
    return last, session.every_seconds * (period_index(last["seconds"], session.every_seconds) + 1)


def _followed(store: Store, source_id: int, since_seconds: float) -> dict[float, list[Face]]:
    """Faces by the time at which each was last seen."""
    table = tables.observations
    names = ("seconds", "subject", "left", "top", "right", "bottom", "confidence")
    query = sa.select(*(table.c[name] for name in names)).where(
        table.c.source_id == source_id, table.c.seconds >= since_seconds, table.c.subject.is_not(None)
    )
    newest = {row["subject"]: row for row in store.rows(query.order_by(table.c.seconds)) if row["left"] is not None}
    followed: dict[float, list[Face]] = {}
    for track, row in newest.items():
        box = (row["left"], row["top"], row["right"], row["bottom"])
        followed.setdefault(row["seconds"], []).append(Face(box, score=row["confidence"], track=track))
    return dict(sorted(followed.items()))


def _windows(store: Store, source_id: int, number: int) -> dict[WindowKey, Tally]:
    """Share windows from `number` on."""
    table = tables.windows
    query = sa.select(table).where(table.c.source_id == source_id, table.c.number >= number)
    return {WindowKey(row["analyzer"], row["subject"], row["number"]): tally_of(row) for row in store.rows(query)}
