"""Rows that are inserted, or overwrite those that are there already."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import sqlalchemy as sa

DIALECTS = ("sqlite", "postgresql")
"""Databases that have a statement for it, in SQLAlchemy's module of that name."""


def upsert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or overwrite those whose primary key is there already."""
    if not rows:
        return
    if connection.dialect.name not in DIALECTS:  # any other database: take the old rows out first
        keys = [column.name for column in table.primary_key]
        matches = sa.and_(*(table.c[key] == sa.bindparam(f"old_{key}") for key in keys))
        connection.execute(table.delete().where(matches), [{f"old_{key}": row[key] for key in keys} for row in rows])
        connection.execute(table.insert(), rows)
        return
    connection.execute(_statement(connection.dialect.name, table), rows)


@cache
def _statement(dialect: str, table: sa.Table) -> sa.Insert:
    """What inserts rows into a table or overwrites them; made once, since a run writes twice a second."""
    statement = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)  # the other one takes a while to import
    keys = [column.name for column in table.primary_key]
    updates = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    made: sa.Insert = statement.on_conflict_do_update(index_elements=keys, set_=updates)
    return made
