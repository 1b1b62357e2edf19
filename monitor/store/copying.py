"""Copies sessions from one store to another, whatever kind of database each is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from monitor.store import tables
from monitor.store.queries import Store
from monitor.store.records import Session

LEFT_BEHIND = frozenset({"event_edits", "findings", "people_edits", "queue", "remembered_people", "tokens"})
"""Tables that stay: what could be undone, and what belongs to the place and not to a session."""
ROWS_AT_ONCE = 2000


def copy_sessions(
    source: Store, target: Store, sessions: Sequence[Session], watch: Callable[[Session, int | None], None]
) -> None:
    """Copy sessions, each in one transaction, under new numbers.

    `watch` is called for each with its number in `target`, or None where it was there already: a session is known by
    when and where it was recorded. Sessions that still run are copied as far as they are, and stay so.
    """
    for session in sessions:
        watch(session, _copy(source, target, session.id))


def _copy(source: Store, target: Store, session_id: int) -> int | None:
    with source.errors(), source.engine.connect() as reading, target.errors(), target.engine.begin() as writing:
        (row,) = _rows(reading, tables.sessions, tables.sessions.c.id == session_id)
        place = ("started_at", "host", "process")
        is_there = sa.and_(*(tables.sessions.c[name] == row[name] for name in place))
        if writing.execute(sa.select(tables.sessions.c.id).where(is_there)).first() is not None:
            return None
        number = _insert(writing, tables.sessions, row, {})
        sources = {
            each["id"]: _insert(writing, tables.sources, each, {"session_id": number})
            for each in _rows(reading, tables.sources, tables.sources.c.session_id == session_id)
        }
        for table in tables.metadata.sorted_tables:
            if table.name not in LEFT_BEHIND and table not in (tables.sessions, tables.sources):
                _copy_table(reading, writing, table, {session_id: number}, sources)
        return number


def _copy_table(
    reading: sa.Connection,
    writing: sa.Connection,
    table: sa.Table,
    sessions: Mapping[int, int],
    sources: Mapping[int, int],
) -> None:
    """The rows of a session in one table; `sessions` and `sources` give their numbers there by those here."""
    by_session = "session_id" in table.c
    own = table.c.session_id.in_(sessions) if by_session else table.c.source_id.in_(sources)
    rows = _rows(reading, table, own)
    while part := list(islice(rows, ROWS_AT_ONCE)):
        new = [
            {
                **_without_number(table, row),
                **({"session_id": sessions[row["session_id"]]} if by_session else {}),
                **({"source_id": sources[row["source_id"]]} if row.get("source_id") is not None else {}),
            }
            for row in part
        ]
        writing.execute(table.insert(), new)


def _rows(reading: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    query = sa.select(table).where(where).order_by(*table.primary_key)
    for row in reading.execution_options(yield_per=ROWS_AT_ONCE).execute(query).mappings():
        yield dict(row)


def _insert(writing: sa.Connection, table: sa.Table, row: Mapping[str, Any], changes: Mapping[str, Any]) -> int:
    key = writing.execute(table.insert().values({**_without_number(table, row), **changes})).inserted_primary_key
    assert key is not None
    return int(key[0])


def _without_number(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without the number that the other store will give it."""
    return {name: value for name, value in row.items() if not (name == "id" and table.c.id.primary_key)}
