"""What a recorder writes in one transaction, as data: it can be kept as text while the database is away."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import tables
from monitor.store.upsert import upsert

BYTES = "base64"
"""Key of an object that stands for bytes, which JSON has not."""


@dataclass(frozen=True)
class Batch:
    """Rows of one session by the name of their table."""

    session_id: int
    number: int
    """Within the session, from 1: the store notes the newest, so that none is written twice."""
    inserted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    upserted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sources: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Number of a source -> columns that change."""
    session: dict[str, Any] = field(default_factory=dict)
    """Columns of the session that change."""
    closed_gaps: list[dict[str, Any]] = field(default_factory=list)
    """source_id, start_seconds and end_seconds of gaps that are over."""
    started_at: float | None = None
    """When its recorder took the session up, Unix time: nobody writes one that another has taken up since."""

    def write(self, connection: sa.Connection) -> None:
        """Write all of it, unless that was done before. Raises StoreError where another has taken the session up."""
        sessions, sources, gaps = tables.sessions, tables.sources, tables.gaps
        own = sessions.c.id == self.session_id
        if self.started_at is not None:
            own = sa.and_(own, sessions.c.started_at == self.started_at)
        is_new = sa.func.coalesce(sessions.c.batches, 0) < self.number
        changes = {"alive_at": time.time(), "batches": self.number, **self.session}
        if not connection.execute(sessions.update().where(own, is_new).values(**changes)).rowcount:
            if connection.execute(sa.select(sessions.c.id).where(own)).first() is None:
                raise StoreError(f"session {self.session_id} was taken up by another process, which goes on with it")
            return
        for name, rows in self.inserted.items():
            connection.execute(tables.metadata.tables[name].insert(), rows)
        for name, rows in self.upserted.items():
            upsert(connection, tables.metadata.tables[name], rows)
        for gap in self.closed_gaps:
            is_it = sa.and_(gaps.c.source_id == gap["source_id"], gaps.c.start_seconds == gap["start_seconds"])
            is_open = sa.and_(is_it, gaps.c.end_seconds.is_(None))
            connection.execute(gaps.update().where(is_open).values(end_seconds=gap["end_seconds"]))
        for source_id, columns in self.sources.items():
            connection.execute(sources.update().where(sources.c.id == source_id).values(**columns))

    def text(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), default=bytes_as_text)

    @classmethod
    def of_text(cls, line: str) -> Batch:
        """What `text` wrote. Raises ValueError for a line that is cut short."""
        read = json.loads(line, object_hook=bytes_of_text)
        read["sources"] = {int(number): columns for number, columns in read["sources"].items()}
        return cls(**read)


def bytes_as_text(value: object) -> object:
    """What stands for bytes in JSON. Raises TypeError for anything else."""
    if isinstance(value, bytes):
        return {BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def bytes_of_text(value: dict[str, Any]) -> object:
    """The bytes that an object of JSON stands for, or the object itself."""
    return base64.b64decode(value[BYTES]) if set(value) == {BYTES} else value
