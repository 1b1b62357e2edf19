"""What was changed in a session after it was written, in order: who a track is, and marks; its followers read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from monitor.store import tables
from monitor.store.database import Database

Changed = Literal["person", "event"]
LOG_LOCK = 20_261_128
"""Any number; PostgreSQL's lock for the order of the log."""


def log_people(connection: sa.Connection, session_id: int, source_id: int, tracks: Iterable[int]) -> None:
    """Note that these tracks of a source may be other people, or have other names."""
    _log(connection, [_row(session_id, "person", source_id, track) for track in tracks])


def log_events(connection: sa.Connection, session_id: int, events: Iterable[int]) -> None:
    """Note that events of these numbers were added, changed or deleted."""
    _log(connection, [_row(session_id, "event", None, number) for number in events])


def newest_change(database: Database, session_id: int, kind: Changed) -> int:
    """Number of the last change of that kind in a session; 0 where there is none."""
    log = tables.change_log.c
    query = sa.select(sa.func.max(log.id).label("newest")).where(log.session_id == session_id, log.kind == kind)
    row = database.row(query)
    return int((row or {}).get("newest") or 0)


def logged(
    database: Database, session_id: int, kind: Changed, after: int, until: int | None, most: int
) -> list[tuple[int, int | None, int]]:
    """What was changed after a number of the log and up to another: number, source, and track or event; each track and
    event once, at its last change among the next `most`."""
    log = tables.change_log.c
    query = sa.select(log.id, log.source_id, log.number).where(
        log.session_id == session_id, log.kind == kind, log.id > after
    )
    if until is not None:
        query = query.where(log.id <= until)
    rows = database.rows(query.order_by(log.id).limit(most))
    last = {(row["source_id"], row["number"]): row["id"] for row in rows}
    return sorted((number, source, changed) for (source, changed), number in last.items())


def _row(session_id: int, kind: Changed, source_id: int | None, number: int) -> dict[str, Any]:
    return {"session_id": session_id, "kind": kind, "source_id": source_id, "number": number}


def _log(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows whose numbers come in the order in which their transactions become visible, so that no reader passes
    one by that is not there yet. SQLite has one writer at a time anyway."""
    if rows:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOG_LOCK})")
        connection.execute(tables.change_log.insert(), rows)
