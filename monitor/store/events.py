"""Events: moments and stretches of a session that somebody, or some program, marked; each change can be undone."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import tables
from monitor.store.change_log import log_events
from monitor.store.database import Database

MOMENT, INTERVAL, EXCLUDE = "moment", "interval", "exclude"
KINDS = (MOMENT, INTERVAL, EXCLUDE)
AUTHORS = ("human", "machine", "program")
"""A person; this program's own search for events; another program."""
ROUNDING_SECONDS = 1e-6
"""By how much an event may begin after the end of its session."""


@dataclass(frozen=True)
class Event:
    """A moment or a stretch of a session."""

    session_id: int
    kind: str
    """moment, interval, or exclude: a stretch that counts in no share."""
    start_seconds: float
    """Stream time."""
    end_seconds: float | None = None
    """Stream time at which it is over; None for moments."""
    label: str = ""
    tier: str = "marks"
    """Events of one sort lie on one tier."""
    source_id: int | None = None
    """The source that it is about; None for all of the session."""
    note: str = ""
    colour: str | None = None
    """As CSS writes it."""
    author: str = "human"
    """human, machine or program."""
    made_by: str = ""
    """Who or what that was."""
    made_at: float = 0.0
    """Unix time; given by the store."""
    id: int | None = None
    """Given by the store."""

    @property
    def last_seconds(self) -> float:
        """When it is over; of a moment, when it is."""
        return self.start_seconds if self.end_seconds is None else self.end_seconds

    def __post_init__(self) -> None:
        """Raises StoreError where kind, author or times cannot be."""
        what = f"event {self.label!r}"
        if self.kind not in KINDS or self.author not in AUTHORS:
            raise StoreError(
                f"{what}: {self.kind} by {self.author}; kinds: {', '.join(KINDS)}; by {', '.join(AUTHORS)}"
            )
        if not (math.isfinite(self.start_seconds) and self.start_seconds >= 0):
            raise StoreError(f"{what} starts at {self.start_seconds:g} s; times count from 0")
        if self.kind == MOMENT:
            if self.end_seconds is not None:
                raise StoreError(f"{what} is a moment and has no end; an interval has one")
        elif self.end_seconds is None or not self.start_seconds < self.end_seconds < math.inf:
            raise StoreError(
                f"{what} lasts from {self.start_seconds:g} to {self.end_seconds} s; it must end after it starts"
            )
        if not self.tier.strip():
            raise StoreError(f"{what} lies on no tier; give the tier a name")


def events(
    store: Database, session_id: int, *, tiers: Sequence[str] | None = None, kind: str | None = None
) -> list[Event]:
    """Events of a session in the order of their times; with `tiers`, those on these alone, with `kind`, those of it."""
    table = tables.events
    query = sa.select(table).where(table.c.session_id == session_id)
    if tiers is not None:
        query = query.where(table.c.tier.in_(tiers))
    if kind is not None:
        query = query.where(table.c.kind == kind)
    return [Event(**row) for row in store.rows(query.order_by(table.c.start_seconds, table.c.id))]


def add_events(store: Database, added: Iterable[Event]) -> list[Event]:
    """Keep new events of one session; one undo takes all of them back. Returns them with their numbers."""
    kept: list[Event] = []
    with store.errors(), store.engine.begin() as connection:
        batch = _next_batch(connection)
        for event in added:
            _check_place(connection, event)
            kept.append(_insert(connection, replace(event, id=None, made_at=time.time()), batch))
    return kept


def replace_tier(store: Database, session_id: int, tier: str, new: Iterable[Event]) -> list[Event]:
    """Put `new` in the place of what the machine found on `tier` before; returns what is kept of it.

    What others put there stays, and what a person changed or deleted is not put back. Nothing is written where nothing
    is different, and no undo takes it back: a person's changes alone can be undone.
    """
    table, edits = tables.events, tables.event_edits
    with store.errors(), store.engine.begin() as connection:
        own = (table.c.session_id == session_id, table.c.tier == tier, table.c.author == "machine")
        before = {
            _found(Event(**row)): row["id"] for row in connection.execute(sa.select(table).where(*own)).mappings()
        }
        logged = connection.execute(sa.select(edits.c.before).where(edits.c.session_id == session_id)).scalars()
        decided = {_found(Event(**row)) for row in logged if row is not None and row["author"] == "machine"}
        wanted = {}
        for event in new:
            event = replace(event, id=None, tier=tier, author="machine", made_at=time.time())
            _check_place(connection, event)
            if _found(event) not in decided:
                wanted[_found(event)] = event
        gone = [number for found, number in before.items() if found not in wanted]
        for number in gone:
            connection.execute(table.delete().where(table.c.id == number))
        fresh = [asdict(event) for found, event in wanted.items() if found not in before]
        if fresh:
            connection.execute(table.insert(), [{name: row[name] for name in row if name != "id"} for row in fresh])
        rows = connection.execute(sa.select(table).where(*own).order_by(table.c.start_seconds, table.c.id)).mappings()
        kept = [Event(**row) for row in rows]
        changed = [*gone, *(event.id for event in kept if event.id is not None and _found(event) not in before)]
        if changed:
            log_events(connection, session_id, changed)
        return kept


def edit_event(store: Database, event_id: int, **changes: Any) -> Event:
    """Change fields of an event; returns it as it is now.

    One that the machine found is a person's from then on. Raises StoreError where there is none, or none
    can be so.
    """
    with store.errors(), store.engine.begin() as connection:
        before = _find(connection, event_id)
        author = "human" if before.author == "machine" else before.author
        after = replace(before, **{"author": author, **changes})
        _check_place(connection, after, before)
        connection.execute(tables.events.update().where(tables.events.c.id == event_id).values(**asdict(after)))
        _log(connection, _next_batch(connection), before, after)
    return after


def delete_events(store: Database, event_ids: Iterable[int]) -> list[Event]:
    """Delete events; one undo brings all of them back. Raises StoreError where one does not exist; then none goes."""
    with store.errors(), store.engine.begin() as connection:
        found = [_find(connection, event_id) for event_id in event_ids]
        batch = _next_batch(connection)
        for event in found:
            _delete(connection, event, batch)
    return found


def undo(store: Database, session_id: int) -> str:
    """Take back the last change to the events of a session, and say in words which. Raises StoreError without any."""
    edits, table = tables.event_edits, tables.events
    with store.errors(), store.engine.begin() as connection:
        last = connection.execute(
            sa.select(sa.func.max(edits.c.batch)).where(edits.c.session_id == session_id)
        ).scalar()
        if last is None:
            raise StoreError(f"session {session_id} has no change of its events to undo")
        # two who change events at one moment may have numbered their batches alike
        of_batch = sa.and_(edits.c.batch == last, edits.c.session_id == session_id)
        rows = connection.execute(sa.select(edits).where(of_batch).order_by(edits.c.id.desc())).mappings()
        count = {"adding": 0, "changing": 0, "deleting": 0}
        for row in rows.all():
            before, after = row["before"], row["after"]
            log_events(connection, session_id, [(before or after)["id"]])
            if before is None:
                connection.execute(table.delete().where(table.c.id == after["id"]))
                count["adding"] += 1
            elif after is None:
                connection.execute(table.insert().values(**before))
                count["deleting"] += 1
            else:
                connection.execute(table.update().where(table.c.id == before["id"]).values(**before))
                count["changing"] += 1
        connection.execute(edits.delete().where(of_batch))
    words = [f"{what} {number} event{'s' * (number != 1)}" for what, number in count.items() if number]
    return f"undone: {' and '.join(words)}"


def _found(event: Event) -> tuple[object, ...]:
    """What tells one find of the machine from another."""
    return event.tier, event.source_id, event.kind, event.start_seconds, event.end_seconds, event.label, event.made_by


def insert_event(connection: sa.Connection, event: Event) -> int:
    """Write a new event as it is, within a transaction of the caller's; its number."""
    values = {name: value for name, value in asdict(event).items() if name != "id"}
    key = connection.execute(tables.events.insert().values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _insert(connection: sa.Connection, event: Event, batch: int) -> Event:
    kept = replace(event, id=insert_event(connection, event))
    _log(connection, batch, None, kept)
    return kept


def _delete(connection: sa.Connection, event: Event, batch: int) -> None:
    connection.execute(tables.events.delete().where(tables.events.c.id == event.id))
    _log(connection, batch, event, None)


def _find(connection: sa.Connection, event_id: int) -> Event:
    row = connection.execute(sa.select(tables.events).where(tables.events.c.id == event_id)).mappings().first()
    if row is None:
        raise StoreError(f"there is no event {event_id}; `monitor events list SESSION` has the numbers")
    return Event(**row)


def _check_place(connection: sa.Connection, event: Event, before: Event | None = None) -> None:
    """Raises StoreError where the session, or the source in it, does not exist, or ends before the event.

    What the machine finds may lie behind the last sample, such as that somebody left; and what stands there already,
    `before` a change, may stay.
    """
    sources, sessions = tables.sources.c, tables.sessions.c
    query = sa.select(sources.id, sources.seconds, sessions.state, sessions.every_seconds).join_from(
        tables.sources, tables.sessions
    )
    rows = connection.execute(query.where(sources.session_id == event.session_id)).all()
    if not rows:
        raise StoreError(f"event {event.label!r}: there is no session {event.session_id} with a source")
    about = [row for row in rows if event.source_id in (None, row.id)]
    if not about:
        raise StoreError(f"event {event.label!r}: source {event.source_id} is not of session {event.session_id}")
    if event.author == "machine" or rows[0].state == "running" or (before and _place(before) == _place(event)):
        return
    end = max(row.seconds + row.every_seconds for row in about)
    if event.start_seconds > end + ROUNDING_SECONDS:
        raise StoreError(
            f"event {event.label!r} begins at {event.start_seconds:g} s; session {event.session_id} ends at {end:g} s"
        )


def _place(event: Event) -> tuple[object, ...]:
    return event.source_id, event.start_seconds, event.end_seconds


def _next_batch(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.max(tables.event_edits.c.batch))).scalar() or 0) + 1


def _log(connection: sa.Connection, batch: int, before: Event | None, after: Event | None) -> None:
    """Note a change for followers of the session, and for undo."""
    event = before or after
    assert event is not None
    assert event.id is not None
    log_events(connection, event.session_id, [event.id])
    connection.execute(
        tables.event_edits.insert().values(
            batch=batch,
            session_id=event.session_id,
            made_at=time.time(),
            before=None if before is None else asdict(before),
            after=None if after is None else asdict(after),
        )
    )
