"""A store of many sessions that no engine ran: one is recorded, and the database multiplies it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from monitor.store import Store, queue, tables
from monitor.store.copying import LEFT_BEHIND
from monitor.testing.door_camera import DoorCamera

NAME = "made-up 1"
"""Of the session that the others are copies of."""
RECIPE = "made-up"
PEOPLE_AN_HOUR = 12
STAY_SECONDS = 450.0
"""So that one or two people are there at any time."""
SAMPLES_AT_ONCE = 600
MEGABYTES_AN_HOUR = 500


def fill(store: Store, count: int, hours: float, watch: Callable[[int], None] = lambda number: None) -> None:
    """Make sessions until there are `count` made-up ones, each of a recording of so many hours that is done in the
    queue; `watch` is told how many there are after each. Those that are there already are counted."""
    there = [session for session in store.sessions() if session.name.startswith("made-up ")]
    if not there:
        _record(store, hours)
    first = store.session(NAME)
    (source,) = store.sources(first.id)
    for number in range(len(there) or 1, count):
        with store.errors(), store.engine.begin() as connection:
            _copy(connection, first.id, source.id, f"made-up {number + 1}")
        watch(number + 1)
    _queue(store, hours)


def _record(store: Store, hours: float) -> None:
    people = max(1, round(PEOPLE_AN_HOUR * hours))
    camera = DoorCamera(store, hours, people, STAY_SECONDS, samples_at_once=SAMPLES_AT_ONCE)
    camera.play(3600.0 * hours)
    camera.recorder.update_source(camera.source, state="finished")
    camera.recorder.finish("finished")
    with store.errors(), store.engine.begin() as connection:
        own = tables.sessions.c.id == camera.recorder.session_id
        connection.execute(tables.sessions.update().where(own).values(name=NAME))


def _copy(connection: sa.Connection, session_id: int, source_id: int, name: str) -> None:
    """Copy a session of one source under a new name, inside the database."""
    new: dict[str, int] = {}
    for table, number in ((tables.sessions, session_id), (tables.sources, source_id)):
        (row,) = connection.execute(sa.select(table).where(table.c.id == number)).mappings()
        values = {**row, **new} | ({"name": name} if table is tables.sessions else {})
        del values["id"]
        key = connection.execute(table.insert().values(values)).inserted_primary_key
        assert key is not None
        new["session_id" if table is tables.sessions else "source_id"] = int(key[0])
    for table in tables.metadata.sorted_tables:
        if table.name not in LEFT_BEHIND and table not in (tables.sessions, tables.sources):
            _copy_rows(connection, table, source_id, new)


def _copy_rows(connection: sa.Connection, table: sa.Table, source_id: int, new: Mapping[str, int]) -> None:
    """Copy what a table has of a source, with new numbers."""
    kept = [column for column in table.c if not (column.name == "id" and column.primary_key)]
    values = [sa.literal(new[column.name]) if column.name in new else column for column in kept]
    rows = sa.select(*values).where(table.c.source_id == source_id)
    connection.execute(table.insert().from_select([column.name for column in kept], rows))


def _queue(store: Store, hours: float) -> None:
    """Put a recording into the queue for each session, done."""
    names = [session.name for session in store.sessions() if session.name.startswith("made-up ")]
    size = round(1e6 * MEGABYTES_AN_HOUR * hours)
    files = [queue.File(f"/archive/{name}.mp4", size, name) for name in names]
    queue.enqueue(store, files, RECIPE)
    table, sessions = tables.queue, tables.sessions
    session = sa.select(sa.func.max(sessions.c.id)).where(sessions.c.name == table.c.digest).scalar_subquery()
    done = {"state": queue.DONE, "session_id": session, "ended_at": table.c.queued_at}
    with store.errors(), store.engine.begin() as connection:
        connection.execute(table.update().where(table.c.recipe == RECIPE).values(**done))
