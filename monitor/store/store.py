"""Opens the database and answers questions about it."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd
import psutil
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import tables

MIGRATIONS = Path(__file__).with_name("migrations")
MOST_AT_ONCE = 1000
"""People in one query; databases limit the number of values in it."""
SILENT_SECONDS = 10.0
"""A session on another machine that has not reported for this long counts as interrupted."""


@dataclass(frozen=True)
class Session:
    """One run of the engine."""

    id: int
    name: str
    state: str
    """running, finished, stopped (by the user), failed, or interrupted (the engine vanished)."""
    started_at: float
    """Unix time."""
    alive_at: float
    """Unix time at which the engine last reported."""
    ended_at: float | None
    every_seconds: float
    window_seconds: float
    labels: dict[str, list[str]]
    """Analyzer -> its labels in order."""
    picture_url: str | None
    """Root address of the engine's live pictures; answers only while the session runs."""
    error: str | None
    half_life_seconds: float
    """Of the smoothing of what is shown; 0 where it is not smoothed."""
    calibrate_seconds: float
    """How long each person's face counts as neutral for them in what is shown; 0 where it is not calibrated."""

    @property
    def analyzers(self) -> list[str]:
        return list(self.labels)


@dataclass(frozen=True)
class Source:
    """One source of a session, with its health."""

    id: int
    session_id: int
    name: str
    kind: str
    """file, pictures or live."""
    state: str
    """waiting, running, reconnecting, finished, stopped or failed."""
    frames_decoded: int
    frames_sampled: int
    frames_dropped: dict[str, int]
    """Reason -> count."""
    seconds: float
    """Stream time of the newest sample."""
    duration_seconds: float | None
    samples_per_second: float
    """Of wall clock, lately."""
    lag_seconds: float
    """Live streams: how old the newest sample was when it was stored."""
    realtime_factor: float
    """Stream seconds per wall-clock second."""
    error: str | None


class Store:
    """A database of sessions. SQLite in WAL mode at a path, or any SQLAlchemy URL.

    Raises StoreError where the database cannot be opened, was made by a newer version, or is not ours.
    """

    def __init__(self, address: str | Path, *, create: bool = False) -> None:
        """`create` makes the database and its tables where they are missing; readers leave it False."""
        self.url = database_url(address)
        self.address = self.url.render_as_string(hide_password=True)
        if self.url.get_backend_name() == "sqlite":
            self.address = self.url.database or ":memory:"
            if not create and not Path(self.address).is_file():
                raise StoreError(f"store {self.address} does not exist yet; `monitor run` makes it")
        try:
            self.engine = sa.create_engine(self.url)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
            raise StoreError(f"store {self.address}: {first_line(error)}") from None
        if self.url.get_backend_name() == "sqlite":
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
        self._open(create)

    def _open(self, create: bool) -> None:
        newest = _newest_revision()
        with self.errors(), self.engine.begin() as connection:
            found = _revision(connection)
            if found is None and not create:
                raise StoreError(f"store {self.address} holds no sessions: it is not a store of this program")
            if found is not None and found > newest:
                raise StoreError(
                    f"store {self.address} was made by a newer version (format {found}, this one knows {newest})"
                )
            if found != newest:
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql("BEGIN IMMEDIATE")  # one process at a time, and the whole or nothing
                migrate(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns the database's errors into one StoreError that names the store."""
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise StoreError(f"store {self.address}: {first_line(cause)}") from error

    def _rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with self.errors(), self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def sessions(self) -> list[Session]:
        """All sessions, the newest first."""
        query = sa.select(tables.sessions).order_by(tables.sessions.c.id.desc())
        return [_session(row) for row in self._rows(query)]

    def session(self, key: str | int) -> Session:
        """A session by number or name (of several with one name the newest), or `latest`."""
        known = self.sessions()
        for session in known:
            if str(key) in ("latest", str(session.id)):
                return session
        for session in known:
            if session.name == key:
                return session
        hint = "there is none yet" if not known else f"`monitor sessions` lists the {len(known)} there are"
        raise StoreError(f"no session {str(key)!r} in store {self.address}; {hint}")

    def sources(self, session_id: int) -> list[Source]:
        """The sources of a session, in the order given."""
        query = sa.select(tables.sources).where(tables.sources.c.session_id == session_id).order_by(tables.sources.c.id)
        return [Source(**row) for row in self._rows(query)]

    def windows(
        self,
        session: Session,
        analyzer: str,
        *,
        source_id: int | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> pd.DataFrame:
        """Share windows of one analyzer that touch [start_seconds, end_seconds), oldest first.

        Columns: source_id, source, subject (0 for the whole frame), start_seconds, end_seconds, samples, then one
        column per label with the *sum* of its probabilities. Sums of windows add up; `monitor.shares.shares` turns
        them into shares.
        """
        length = session.window_seconds
        table = tables.windows
        query = self._of(table, session, analyzer, source_id).add_columns(table.c.number)
        if start_seconds is not None:
            query = query.where((table.c.number + 1) * length > start_seconds)
        if end_seconds is not None:
            query = query.where(table.c.number * length < end_seconds)
        rows = self._rows(query.order_by(table.c.number, table.c.source_id, table.c.subject))
        labels = session.labels.get(analyzer, [])
        head = [
            (r["source_id"], r["source"], r["subject"], r["number"] * length, (r["number"] + 1) * length, r["samples"])
            for r in rows
        ]
        names = ["source_id", "source", "subject", "start_seconds", "end_seconds", "samples"]
        return _with_labels(pd.DataFrame(head, columns=names), [r["sums"] for r in rows], labels)

    def totals(self, session: Session, analyzer: str, *, source_id: int | None = None) -> pd.DataFrame:
        """Sums over the whole session: columns source_id, source, subject, samples, and a sum per label."""
        table = tables.totals
        rows = self._rows(self._of(table, session, analyzer, source_id).order_by(table.c.source_id, table.c.subject))
        head = [(r["source_id"], r["source"], r["subject"], r["samples"]) for r in rows]
        frame = pd.DataFrame(head, columns=["source_id", "source", "subject", "samples"])
        return _with_labels(frame, [r["sums"] for r in rows], session.labels.get(analyzer, []))

    def _of(self, table: sa.Table, session: Session, analyzer: str, source_id: int | None) -> sa.Select[Any]:
        query = (
            sa.select(
                table.c.source_id, tables.sources.c.name.label("source"), table.c.subject, table.c.samples, table.c.sums
            )
            .join(tables.sources, tables.sources.c.id == table.c.source_id)
            .where(tables.sources.c.session_id == session.id, table.c.analyzer == analyzer)
        )
        return query if source_id is None else query.where(table.c.source_id == source_id)

    def people(self, session: Session, *, source_id: int | None = None, newest: int | None = None) -> pd.DataFrame:
        """Columns source_id, source, subject, first_seconds, last_seconds, samples, thumbnail (JPEG bytes or None).

        With `newest`, only that many people, those seen last first: a crowd's thumbnails are heavy to read often.
        """
        table = tables.people
        order = (
            (table.c.source_id, table.c.subject) if newest is None else (table.c.last_seconds.desc(), table.c.subject)
        )
        return self._frame(table, session, order=order, source_id=source_id, most=newest)

    def counts(self, session: Session) -> dict[str, int]:
        """How many `people`, `gaps` and `faults` a session has, without reading them."""
        counts = {}
        for table in (tables.people, tables.gaps, tables.faults):
            query = (
                sa.select(sa.func.count().label("count"))
                .select_from(table)
                .join(tables.sources, tables.sources.c.id == table.c.source_id)
                .where(tables.sources.c.session_id == session.id)
            )
            counts[table.name] = int(self._rows(query)[0]["count"])
        return counts

    def observations(
        self, session: Session, *, analyzer: str | None = None, start_seconds: float = 0.0, end_seconds: float = 1e12
    ) -> pd.DataFrame:
        """Raw observations in stream order.

        Columns: source_id, source, sample, file, seconds, analyzer, subject (missing for the whole frame), left, top,
        right, bottom, confidence, then one column per label (missing where an analyzer does not have that label).
        """
        table = tables.observations
        query = (
            sa.select(
                table.c.source_id,
                tables.sources.c.name.label("source"),
                table.c.number.label("sample"),
                tables.samples.c.file,
                *(table.c[name] for name in ("seconds", "analyzer", "subject", "left", "top", "right", "bottom")),
                table.c.confidence,
                table.c.scores,
            )
            .join(tables.sources, tables.sources.c.id == table.c.source_id)
            .outerjoin(
                tables.samples,
                sa.and_(tables.samples.c.source_id == table.c.source_id, tables.samples.c.number == table.c.number),
            )
            .where(
                tables.sources.c.session_id == session.id,
                table.c.seconds >= start_seconds,
                table.c.seconds < end_seconds,
            )
            .order_by(table.c.source_id, table.c.number, table.c.id)
        )
        if analyzer is not None:
            query = query.where(table.c.analyzer == analyzer)
        rows = self._rows(query)
        analyzers = [analyzer] if analyzer is not None else session.analyzers
        labels = list(dict.fromkeys(label for name in analyzers for label in session.labels.get(name, [])))
        scores = [dict(zip(session.labels[row["analyzer"]], row.pop("scores"), strict=True)) for row in rows]
        columns = [column.name for column in query.selected_columns if column.name != "scores"]
        head = pd.DataFrame(rows, columns=columns).astype({"subject": "Int64"})
        return pd.concat([head, pd.DataFrame(scores, columns=labels, dtype="float64")], axis=1)

    def first_observations(
        self, session: Session, analyzer: str, source_id: int, subjects: Sequence[int], seconds: float
    ) -> pd.DataFrame:
        """Raw scores of each of these people within `seconds` of stream time after they appeared.

        Columns source_id, subject, first_seconds (when they appeared), seconds, then one column per label. Reads no
        more of the session than that, however long it is.
        """
        table, people = tables.observations, tables.people
        query = (
            sa.select(table.c.source_id, table.c.subject, people.c.first_seconds, table.c.seconds, table.c.scores)
            .join_from(
                people,
                table,
                sa.and_(
                    table.c.source_id == people.c.source_id,
                    table.c.subject == people.c.subject,
                    table.c.seconds >= people.c.first_seconds,
                    table.c.seconds < people.c.first_seconds + seconds,
                ),
            )
            .where(people.c.source_id == source_id, table.c.analyzer == analyzer)
            .order_by(people.c.subject, table.c.number)
        )
        rows = []
        for start in range(0, len(subjects), MOST_AT_ONCE):
            rows += self._rows(query.where(people.c.subject.in_(subjects[start : start + MOST_AT_ONCE])))
        scores = [row.pop("scores") for row in rows]
        head = pd.DataFrame(rows, columns=["source_id", "subject", "first_seconds", "seconds"])
        return _with_labels(head, scores, session.labels.get(analyzer, []))

    def samples(self, session: Session) -> pd.DataFrame:
        """Columns source_id, source, number, seconds, file, faces (missing where no face stage ran)."""
        table = tables.samples
        frame = self._frame(table, session, order=(table.c.source_id, table.c.number))
        return frame.drop(columns="id").astype({"faces": "Int64"})

    def gaps(self, session: Session) -> pd.DataFrame:
        """Columns source_id, source, start_seconds, end_seconds (missing while it lasts), reason."""
        return self._frame(tables.gaps, session, order=(tables.gaps.c.id,)).drop(columns="id")

    def faults(self, session: Session) -> pd.DataFrame:
        """Columns source_id, source, seconds, analyzer, samples (lost), message."""
        return self._frame(tables.faults, session, order=(tables.faults.c.id,)).drop(columns="id")

    def _frame(
        self,
        table: sa.Table,
        session: Session,
        order: Sequence[Any],
        source_id: int | None = None,
        most: int | None = None,
    ) -> pd.DataFrame:
        query = (
            sa.select(table, tables.sources.c.name.label("source"))
            .join(tables.sources, tables.sources.c.id == table.c.source_id)
            .where(tables.sources.c.session_id == session.id)
            .order_by(*order)
            .limit(most)
        )
        if source_id is not None:
            query = query.where(table.c.source_id == source_id)
        return pd.DataFrame(self._rows(query), columns=[column.name for column in query.selected_columns])


def database_url(address: str | Path) -> sa.URL:
    """A SQLAlchemy URL as it stands, or a path as the URL of an SQLite file."""
    text = str(address)
    if re.match(r"^[a-z0-9+]+://", text):
        try:
            return sa.make_url(text)
        except sa.exc.ArgumentError as error:
            raise StoreError(f"store address is not a database URL: {first_line(error)}") from None
    return sa.URL.create("sqlite", database=text)


def first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0]


def migrate(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the database to the newest format, or to a certain one."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("select version_num from alembic_version")).scalar()


def _newest_revision() -> str:
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """One writer and many reading processes: write-ahead log, and patience while another commits."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _session(row: dict[str, Any]) -> Session:
    host, process = row.pop("host"), row.pop("process")
    if row["state"] == "running" and not _is_alive(host, process, row["started_at"], row["alive_at"]):
        row["state"] = "interrupted"
    for name in ("half_life_seconds", "calibrate_seconds"):
        row[name] = row[name] or 0.0
    return Session(**row)


def _is_alive(host: str, process: int, started_at: float, alive_at: float) -> bool:
    """Whether the engine that writes a session still runs."""
    if host != socket.gethostname():
        return time.time() - alive_at < SILENT_SECONDS
    try:
        found = psutil.Process(process)
        return found.status() != psutil.STATUS_ZOMBIE and found.create_time() <= started_at + 1.0
    except psutil.Error:
        return False


def _with_labels(head: pd.DataFrame, sums: list[list[float]], labels: list[str]) -> pd.DataFrame:
    return pd.concat([head, pd.DataFrame(sums, columns=labels, dtype="float64")], axis=1)
