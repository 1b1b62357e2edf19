"""Keeps on disk what cannot be written while the database is away, and writes it, in order and once, when it is back.

A spool is a file of one session: a line with the session's identity, then one batch, one change of an event, or who was
found, in each line. Whoever appends to it or writes it to the database has it locked, and a process that dies lets go
of it. One whose session its database does not have any more is set aside under another ending.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import time
from contextlib import ExitStack, suppress
from io import FileIO
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import sqlalchemy as sa

from monitor.errors import StoreAway, StoreError
from monitor.store import tables
from monitor.store.batch import Batch
from monitor.store.database import Database, first_line, is_away
from monitor.store.event_change import EventChange
from monitor.store.found_people import FoundPeople

if TYPE_CHECKING:
    from filelock import FileLock

log = logging.getLogger("monitor")

RETRY_SECONDS = 2.0
"""Time between two tries to reach a database that is away."""
LOCKED_MS = 200
"""How long such a try waits for an SQLite file that another process has locked."""
SUFFIX = ".spool"
SET_ASIDE = ".unclaimed"
"""Ending of a spool that is of no use to its database."""


Entry = Batch | EventChange | FoundPeople
"""What is written in one transaction. Written once more, it changes nothing."""


class Spool:
    """Takes what is written of one session, in order; that never fails because the database is away for a while."""

    def __init__(
        self,
        database: Database,
        session_id: int,
        started_at: float,
        folder: Path,
        most_bytes: int,
        *,
        what: str = "samples",
    ) -> None:
        """`folder` is made when it is needed; `started_at`, Unix time, tells the session from one of another store.
        `what` tells several spools of one session apart, for people too."""
        self._database, self._most_bytes, self._what = database, most_bytes, what
        self._identity = {"session": session_id, "started_at": started_at, "store": _whole_address(database)}
        time_and_process = f"{int(started_at)}-{os.getpid()}"  # other stores may have a session of that number
        name = f"session-{session_id}-{time_and_process}-{what}"
        paths = (folder / f"{name}-{outage}{SUFFIX}" for outage in count(1))
        self._names = (path for path in paths if not path.exists())
        self._path = next(self._names)
        self._lock = locked(self._path)
        self._file: FileIO | None = None
        self._bytes = 0
        self._tried_at = 0.0

    @property
    def is_used(self) -> bool:
        """Whether there is something that the database does not have yet."""
        return self._file is not None

    def write(self, entry: Entry) -> None:
        """Write an entry to the database or, while that is away, to the disk.

        Raises StoreAway where it can be written to neither; what was kept so far stays on the disk.
        """
        if self._file is None:
            try:
                with self._database.engine.begin() as connection:
                    entry.write(connection)
                return
            except sa.exc.SQLAlchemyError as error:
                if not is_away(error):
                    raise
                reason = first_line(getattr(error, "orig", None) or error)
                told = "store %s is away (%s); %s are kept in %s meanwhile"
                log.warning(told, self._database.address, reason, self._what, self._path)
                self._tried_at = time.monotonic()
        self._keep(entry)
        if time.monotonic() - self._tried_at >= RETRY_SECONDS:
            self.write_back()

    def write_back(self) -> bool:
        """Try to write what is kept. True where nothing is left."""
        if self._file is None:
            return True
        self._tried_at = time.monotonic()
        if not written_back(self._database, self._path):
            return False
        self._file.close()
        self._file, self._bytes = None, 0
        self._path.unlink()
        let_go(self._lock)
        self._path = next(self._names)
        self._lock = locked(self._path)
        log.warning("store %s is back; all %s that were kept meanwhile are in it", self._database.address, self._what)
        return True

    def _keep(self, entry: Entry) -> None:
        line = f"{entry.text()}\n".encode()
        if self._bytes + len(line) > self._most_bytes:
            raise StoreAway(
                f"store {self._database.address} is away, and {self._path} is full ({self._bytes / 1e6:.0f} MB); it is "
                "written to the store by the next run; spool_megabytes in config.toml allows more"
            )
        try:
            if self._file is None:
                self._file = self._begun()
            append(self._file, line)
        except OSError as error:
            raise StoreAway(
                f"store {self._database.address} is away, and {self._path} cannot be written "
                f"({error.strerror or error})"
            ) from error
        self._bytes += len(line)

    def _begun(self) -> FileIO:
        """A new spool with its first line, locked; none where that cannot be written."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            self._lock.acquire()
            undo.callback(let_go, self._lock)
            file = undo.enter_context(self._path.open("wb", buffering=0))
            undo.callback(self._path.unlink)
            append(file, f"{json.dumps(self._identity)}\n".encode())
            undo.pop_all()
        return file

    def close(self) -> None:
        """Leave on disk, safely, what is not in the database."""
        if self._file is not None:
            with suppress(OSError):  # a disk that is full or gone: what it took is there
                os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            let_go(self._lock)
            told = "%s that store %s does not have yet are in %s; the next run writes them"
            log.warning(told, self._what, self._database.address, self._path)


def written_back(database: Database, path: Path) -> bool:
    """Write what a spool has and the database does not; False where it is away.

    A last line that was cut short, by a full disk or a loss of power, is left out. Raises StoreError where it has no
    such session, or another process has taken that up since.
    """
    try:
        with path.open(encoding="utf-8") as file, database.engine.connect() as connection:
            if database.url.get_backend_name() == "sqlite":
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {LOCKED_MS}")
                connection.commit()
            identity = _identity(file, path)
            table = tables.sessions
            own = sa.and_(table.c.id == identity["session"], table.c.started_at == identity["started_at"])
            if connection.execute(sa.select(table.c.id).where(own)).first() is None:
                raise StoreError(f"store {database.address} has no session {identity['session']} of that time")
            connection.commit()
            for line in file:
                try:
                    entry = _entry(line)
                except ValueError:
                    log.warning("%s: its last line was cut short and is left out", path)
                    break
                with connection.begin():
                    entry.write(connection)
            connection.invalidate()  # the next one waits as usual for a locked file
    except sa.exc.SQLAlchemyError as error:
        if not is_away(error):
            raise
        return False
    return True


def write_leftovers(database: Database, folder: Path) -> None:
    """Write what earlier runs had to leave in `folder`; files of other stores, and of runs that go on, stay.

    A session that was deleted, or that another process went on with, does not want it: that is said, and set aside.
    """
    left = sorted(folder.glob(f"*{SUFFIX}"))
    if not left:
        return
    from filelock import Timeout

    for path in left:
        lock = locked(path)
        try:
            lock.acquire()
        except Timeout:
            continue
        try:
            if path.exists() and written_back(database, path):  # another may have been quicker
                path.unlink(missing_ok=True)
                log.warning("%s is in store %s now", path, database.address)
        except StoreError as error:
            if _is_of(database, path):
                aside = path.with_suffix(SET_ASIDE)
                path.rename(aside)
                told = "what a run left in %s cannot be written (%s); it is kept as %s, which you may delete"
                log.warning(told, path, error, aside)
        finally:
            let_go(lock)


def append(file: FileIO, line: bytes) -> None:
    """Write a line, or nothing where the disk is full: what comes later must not stand in the same line."""
    end = file.seek(0, os.SEEK_END)
    try:
        if file.write(line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        file.truncate(end)
        raise


def _entry(line: str) -> Entry:
    """What a line says. Raises ValueError for one that was cut short."""
    kind = next((kind for kind in (EventChange, FoundPeople) if kind.is_in(line)), Batch)
    return kind.of_text(line)


def _identity(file: IO[str], path: Path) -> dict[str, Any]:
    """The first line of a spool. Raises StoreError where that was cut short."""
    try:
        identity: dict[str, Any] = json.loads(file.readline())
    except ValueError:
        raise StoreError(f"{path} was cut short in its first line") from None
    return identity


def _is_of(database: Database, path: Path) -> bool:
    """Whether a spool is of a database at this address; one that does not say so counts as being."""
    address = _whole_address(database)
    with path.open(encoding="utf-8") as file:
        try:
            return bool(_identity(file, path).get("store", address) == address)
        except StoreError:
            return True


def _whole_address(database: Database) -> str:
    """The address from wherever it is looked at, without its password."""
    is_file = database.url.get_backend_name() == "sqlite"
    return str(Path(database.address).resolve()) if is_file else database.address


def locked(path: Path) -> FileLock:
    """The lock of a spool, not taken yet; who cannot have it does not wait."""
    from filelock import FileLock

    return FileLock(path.with_suffix(".lock"), timeout=0, thread_local=False)


def let_go(lock: FileLock) -> None:
    """Give a lock back, and leave no file of it; no other spool will ever have its name."""
    lock.release()
    Path(lock.lock_file).unlink(missing_ok=True)
