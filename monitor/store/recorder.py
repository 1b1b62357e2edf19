"""Writes one session into the store, every half second in one transaction."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.sample import Observation, Sample
from monitor.shares import ShareBook
from monitor.store import tables
from monitor.store.store import Store

FLUSH_SECONDS = 0.5
"""What is younger than this, and than the batch under way, may be lost when the process is killed."""


class Recorder:
    """The one writer of a session. Everything is buffered until `flush`, which writes one transaction."""

    def __init__(
        self,
        store: Store,
        *,
        name: str,
        every_seconds: float,
        window_seconds: float,
        labels: Mapping[str, Sequence[str]],
        picture_url: str | None = None,
        half_life_seconds: float = 0.0,
        calibrate_seconds: float = 0.0,
    ) -> None:
        """Start a session; it shows as running from here.

        `half_life_seconds` and `calibrate_seconds` say how it is to be shown; what is recorded is always raw.
        """
        self._store = store
        self._labels = {analyzer: list(names) for analyzer, names in labels.items()}
        self._window_seconds = window_seconds
        self._books: dict[int, ShareBook] = {}
        self._sources: dict[int, dict[str, Any]] = {}
        self._people: dict[tuple[int, int], dict[str, Any]] = {}
        self._changed_people: set[tuple[int, int]] = set()
        self._rows: dict[sa.Table, list[dict[str, Any]]] = {}
        self._open_gaps: dict[int, int] = {}
        self._flushed_at = time.monotonic()
        now = time.time()
        with store.errors(), store.engine.begin() as connection:
            result = connection.execute(
                tables.sessions.insert().values(
                    name=name,
                    state="running",
                    started_at=now,
                    alive_at=now,
                    host=socket.gethostname(),
                    process=os.getpid(),
                    picture_url=picture_url,
                    every_seconds=every_seconds,
                    window_seconds=window_seconds,
                    labels=self._labels,
                    half_life_seconds=half_life_seconds,
                    calibrate_seconds=calibrate_seconds,
                )
            )
            self.session_id = _key(result)

    def add_source(self, name: str, kind: str, duration_seconds: float | None = None) -> int:
        """Announce a source; the number that comes back names it in every other call."""
        with self._store.errors(), self._store.engine.begin() as connection:
            result = connection.execute(
                tables.sources.insert().values(
                    session_id=self.session_id,
                    name=name,
                    kind=kind,
                    state="waiting",
                    frames_dropped={},
                    duration_seconds=duration_seconds,
                )
            )
        source_id = _key(result)
        self._books[source_id] = ShareBook(self._window_seconds, self._labels)
        return source_id

    def book(self, source_id: int) -> ShareBook:
        """The running shares of a source."""
        return self._books[source_id]

    def update_source(self, source_id: int, **facts: Any) -> None:
        """Set columns of the source's row, such as state or frames_decoded."""
        self._sources.setdefault(source_id, {}).update(facts)

    def add_sample(self, source_id: int, sample: Sample, faces_looked_for: bool) -> None:
        """Note that a sample was taken, whatever the analyzers say of it."""
        frame = sample.frame
        self._append(
            tables.samples,
            source_id=source_id,
            number=frame.index,
            seconds=frame.seconds,
            file=frame.file,
            faces=len(sample.faces) if faces_looked_for else None,
        )
        for face in sample.faces:
            key = (source_id, face.track)
            person = self._people.setdefault(key, {"first_seconds": frame.seconds, "samples": 0, "thumbnail": None})
            person["last_seconds"] = frame.seconds
            person["samples"] += 1
            self._changed_people.add(key)

    def add_observations(self, source_id: int, number: int, observations: Iterable[Observation]) -> None:
        """What analyzers said of sample `number`; counted in the shares and kept raw."""
        for seen in observations:
            self._books[source_id].add(seen)
            left, top, right, bottom = seen.box or (None, None, None, None)
            self._append(
                tables.observations,
                source_id=source_id,
                number=number,
                seconds=seen.seconds,
                analyzer=seen.analyzer,
                subject=seen.subject,
                left=left,
                top=top,
                right=right,
                bottom=bottom,
                confidence=seen.confidence,
                scores=[round(float(seen.scores[label]), 6) for label in self._labels[seen.analyzer]],
                facts=dict(seen.facts) or None,
            )

    def set_thumbnail(self, source_id: int, subject: int, jpeg: bytes) -> None:
        """Keep a small picture of a person."""
        self._people[source_id, subject]["thumbnail"] = jpeg
        self._changed_people.add((source_id, subject))

    def add_fault(self, source_id: int, seconds: float, analyzer: str, samples: int, message: str) -> None:
        """Note that an analyzer failed and how many samples it lost."""
        self._append(
            tables.faults, source_id=source_id, seconds=seconds, analyzer=analyzer, samples=samples, message=message
        )

    def open_gap(self, source_id: int, start_seconds: float, reason: str) -> None:
        """Note that a live source went away; written at once, so that a reader sees it while it lasts."""
        if source_id in self._open_gaps:
            return
        with self._store.errors(), self._store.engine.begin() as connection:
            result = connection.execute(
                tables.gaps.insert().values(source_id=source_id, start_seconds=start_seconds, reason=reason)
            )
        self._open_gaps[source_id] = _key(result)

    def close_gap(self, source_id: int, end_seconds: float) -> None:
        """Note that it came back."""
        gap = self._open_gaps.pop(source_id, None)
        if gap is not None:
            with self._store.errors(), self._store.engine.begin() as connection:
                connection.execute(tables.gaps.update().where(tables.gaps.c.id == gap).values(end_seconds=end_seconds))

    def _append(self, table: sa.Table, **row: Any) -> None:
        self._rows.setdefault(table, []).append(row)

    def flush(self, *, force: bool = False) -> None:
        """Write what has gathered, if the last time was FLUSH_SECONDS ago or `force`."""
        if not force and time.monotonic() - self._flushed_at < FLUSH_SECONDS:
            return
        with self._store.errors(), self._store.engine.begin() as connection:
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(table.insert(), rows)
            self._write_shares(connection)
            people = [
                {"source_id": source_id, "subject": subject, **self._people[source_id, subject]}
                for source_id, subject in sorted(self._changed_people)
            ]
            _upsert(connection, tables.people, people)
            for source_id, facts in self._sources.items():
                connection.execute(tables.sources.update().where(tables.sources.c.id == source_id).values(**facts))
            connection.execute(
                tables.sessions.update().where(tables.sessions.c.id == self.session_id).values(alive_at=time.time())
            )
        self._rows.clear()
        self._sources.clear()
        self._changed_people.clear()
        self._flushed_at = time.monotonic()

    def _write_shares(self, connection: sa.Connection) -> None:
        windows, totals = [], []
        for source_id, book in self._books.items():
            changed = book.changed()
            for key, tally in changed.items():
                windows.append(
                    {
                        "source_id": source_id,
                        "analyzer": key.analyzer,
                        "subject": key.subject,
                        "number": key.index,
                        "samples": tally.samples,
                        "sums": tally.sums.round(6).tolist(),
                    }
                )
            for analyzer, subject in sorted({(key.analyzer, key.subject) for key in changed}):
                tally = book.totals[analyzer, subject]
                totals.append(
                    {
                        "source_id": source_id,
                        "analyzer": analyzer,
                        "subject": subject,
                        "samples": tally.samples,
                        "sums": tally.sums.round(6).tolist(),
                    }
                )
        _upsert(connection, tables.windows, windows)
        _upsert(connection, tables.totals, totals)

    def finish(self, state: str, error: str | None = None) -> None:
        """Write everything and end the session as finished, stopped or failed."""
        self.flush(force=True)
        with self._store.errors(), self._store.engine.begin() as connection:
            connection.execute(
                tables.sessions.update()
                .where(tables.sessions.c.id == self.session_id)
                .values(state=state, ended_at=time.time(), error=error)
            )


def _key(result: sa.CursorResult[Any]) -> int:
    """Number of the row that was inserted."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def _upsert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or overwrite those whose primary key is there already."""
    if not rows:
        return
    dialect = {"sqlite": sqlite, "postgresql": postgresql}.get(connection.dialect.name)
    keys = [column.name for column in table.primary_key]
    if dialect is None:  # any other database: take the old rows out first
        matches = sa.and_(*(table.c[key] == sa.bindparam(f"old_{key}") for key in keys))
        connection.execute(table.delete().where(matches), [{f"old_{key}": row[key] for key in keys} for row in rows])
        connection.execute(table.insert(), rows)
        return
    statement = dialect.insert(table)
    updates = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=updates), rows)
