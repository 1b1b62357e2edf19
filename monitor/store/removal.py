"""Takes sessions, or the bulk of them, out of a store for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import tables
from monitor.store.database import Database
from monitor.store.records import Session

RAW = ("observations", "track_vectors")
"""Tables of what was said of single samples and faces; windows, totals and people say the rest."""


def delete_session(store: Database, session: Session, forget: Callable[[], None] = lambda: None) -> None:
    """Delete a session with all that belongs to it, in one transaction.

    `forget` deletes what lies elsewhere; where it fails, the session stays, so that it can be deleted once more. A
    recording of the queue that it came of stays done. Raises StoreError where the session still runs, or is gone on
    with since it was read.
    """
    with store.errors(), store.engine.begin() as connection:
        _check_ended(connection, session)
        forget()
        queue = tables.queue
        connection.execute(queue.update().where(queue.c.session_id == session.id).values(session_id=None))
        _delete(connection, session.id, (table for table in tables.metadata.sorted_tables[::-1] if table is not queue))


def delete_raw(store: Database, session: Session) -> int:
    """Delete what was said of single samples of a session, and keep shares, measures and people; how many rows went.

    Smoothing, calibration and shares around excluded stretches are computed from what goes. Raises StoreError where the
    session still runs, or is gone on with since it was read.
    """
    with store.errors(), store.engine.begin() as connection:
        _check_ended(connection, session)
        return _delete(connection, session.id, (tables.metadata.tables[name] for name in RAW))


def compact(store: Database) -> None:
    """Give the space of what was deleted back to the disk, where the database does not do so by itself."""
    if store.url.get_backend_name() == "sqlite":
        with store.errors(), store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _check_ended(connection: sa.Connection, session: Session) -> None:
    table = tables.sessions
    query = sa.select(table.c.started_at).where(table.c.id == session.id).with_for_update()  # who takes it up waits
    started_at = connection.execute(query).scalar()
    if session.state == "running" or started_at not in (session.started_at, None):
        raise StoreError(f"session {session.id} ({session.name}) is still running; end it first")


def _delete(connection: sa.Connection, session_id: int, of_tables: Iterable[sa.Table]) -> int:
    """Delete the rows of a session in some tables, in that order; how many there were."""
    sources = sa.select(tables.sources.c.id).where(tables.sources.c.session_id == session_id)
    count = 0
    for table in of_tables:
        if table is tables.sessions:
            own = table.c.id == session_id
        elif "session_id" in table.c:
            own = table.c.session_id == session_id
        elif "source_id" in table.c:
            own = table.c.source_id.in_(sources)
        else:
            continue
        count += connection.execute(table.delete().where(own)).rowcount
    return count
