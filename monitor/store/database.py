"""Opens the database, and brings it to the newest format."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from pydantic_core import from_json

from monitor.errors import StoreAway, StoreError
from monitor.store import tables

MIGRATIONS = Path(__file__).with_name("migrations")
LOCKED_MS = 10_000
"""How long to wait for an SQLite file that another process has locked."""
AWAY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)
"""What SQLite says of a file that another process holds, or a disk that is full or gone."""
MIGRATION_LOCK = 20_260_727
"""Any number that no other program is likely to lock in the same PostgreSQL database."""


class Database:
    """An open database of the newest format: SQLite in WAL mode at a path, or any SQLAlchemy URL.

    Raises StoreError where the database cannot be opened, was made by a newer version, or is not ours.
    """

    def __init__(self, address: str | Path, *, create: bool = False) -> None:
        """`create` makes the database and its tables where they are missing; readers leave it False."""
        self.url = database_url(address)
        self.address = self.url.render_as_string(hide_password=True)
        if self.url.get_backend_name() == "sqlite":
            self.address = self.url.database or ":memory:"
            _check_path(self.address, create)
        try:
            served = self.url.get_backend_name() != "sqlite"
            self.engine = sa.create_engine(  # a server may have been restarted, or the network gone
                self.url, pool_pre_ping=served, connect_args=_patience(self.url), json_deserializer=from_json
            )
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
            raise StoreError(f"store {self.address}: {first_line(error)}") from None
        if self.url.get_backend_name() == "sqlite":
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
        try:
            self._open(create)
        except BaseException:
            self.engine.dispose()  # a server would keep the connection
            raise

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
            if found is None:
                _make_tables(connection)
            elif found != newest:
                migrate(connection)
        if found not in (None, newest):
            self.engine.dispose()  # a migration of SQLite leaves its connection without foreign keys

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns the database's errors into one StoreError that names the store, StoreAway where it may be back soon."""
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            kind = StoreAway if is_away(error) else StoreError
            no_database = getattr(cause, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB
            hint = "; move it away, or name another file with --store" if no_database else ""
            raise kind(f"store {self.address}: {first_line(cause)}{hint}") from error

    def check_writable(self) -> None:
        """Raises StoreError where the database answers, but cannot be written."""
        begin = "BEGIN IMMEDIATE" if self.url.get_backend_name() == "sqlite" else "SET TRANSACTION READ WRITE"
        with self.errors(), self.engine.connect() as connection:
            connection.exec_driver_sql(begin)
            connection.rollback()

    def rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        """All rows that a query gives, each as column -> value. Raises StoreError."""
        with self.errors(), self.engine.connect() as connection:
            result = connection.execute(query)
            names = list(result.keys())
            return [dict(zip(names, row, strict=True)) for row in result]

    def row(self, query: sa.Select[Any]) -> dict[str, Any] | None:
        """The first row that a query gives, None where there is none. Raises StoreError."""
        return next(iter(self.rows(query.limit(1))), None)


def _check_path(address: str, create: bool) -> None:
    """Raises StoreError, or StoreAway for a writer's folder that may come back, where no SQLite file can be there."""
    path = Path(address)
    if path.is_dir():
        raise StoreError(f"store {address} is a folder; name a file in it, as in --store {path / 'emotion-monitor.db'}")
    if not path.parent.is_dir():
        kind = StoreAway if create else StoreError
        raise kind(f"store {address} cannot be there: {path.parent} is no folder; make it, or name another file")
    if not create and not path.is_file():
        raise StoreError(f"store {address} does not exist yet; `monitor run` makes it")


def database_url(address: str | Path) -> sa.URL:
    """A SQLAlchemy URL as it stands, or a path as the URL of an SQLite file."""
    text = str(address)
    if re.match(r"^[a-z0-9+]+://", text):
        try:
            return sa.make_url(text)
        except sa.exc.ArgumentError as error:
            raise StoreError(f"store address is not a database URL: {first_line(error)}") from None
    return sa.URL.create("sqlite", database=text)


def is_away(error: sa.exc.SQLAlchemyError) -> bool:
    """Whether an error says that the database cannot be reached or written now, and not that the program is wrong."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in AWAY
    return error.connection_invalidated or isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)


def first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0]


def migrate(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the database to the newest format, or to a certain one; one process at a time, the whole or nothing.

    The connection of an SQLite file no longer checks foreign keys afterwards: a migration may put a new table in the
    place of one that others refer to.
    """
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")  # has no effect once a transaction has begun
    lock(connection, MIGRATION_LOCK)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _make_tables(connection: sa.Connection) -> None:
    """Make the tables of the newest format in a new database, as all migrations together would, but at once."""
    lock(connection, MIGRATION_LOCK)
    if _revision(connection) is not None:
        return  # another process was faster
    tables.metadata.create_all(connection, checkfirst=False)
    revision = sa.Table(
        "alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True, nullable=False)
    )
    revision.create(connection)
    connection.execute(revision.insert().values(version_num=_newest_revision()))


def lock(connection: sa.Connection, number: int) -> None:
    """Begin a transaction in which only one process is at a time, of all that lock the same number: what it reads is so
    until it writes. Nothing else may have been done in it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("select version_num from alembic_version")).scalar()


@cache
def _newest_revision() -> str:
    """The number with which the name of the newest migration begins; to load Alembic for it would take readers long."""
    return max(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*_*.py"))


def _patience(url: sa.URL) -> dict[str, int]:
    """How long to wait for a server that does not answer, where the URL does not say."""
    if url.get_driver_name() not in ("psycopg", "psycopg2"):
        return {}
    patience = {"connect_timeout": 5, "tcp_user_timeout": 10_000}  # seconds, and milliseconds
    return {name: value for name, value in patience.items() if name not in url.query}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """One writer and many reading processes: write-ahead log, and patience while another commits."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {LOCKED_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
