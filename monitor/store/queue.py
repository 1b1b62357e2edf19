"""A queue of recordings, which several workers on several machines may empty together.

Whoever takes a recording has it on lease and renews the lease while at work; one who dies gives it back by not doing
so. A recording is one file's content with one recipe (settings and models), whatever the file is called.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from monitor.errors import StoreAway
from monitor.sources.address import redacted
from monitor.store import tables
from monitor.store.database import Database, lock

WAITING, RUNNING, HELD, DONE, FAILED = "waiting", "running", "held", "done", "failed"
QUEUE_LOCK = 20_261_129
"""Any number; the lock of whoever looks what is in the queue, and puts in what is not."""
LEASE_SECONDS = 60.0
"""A worker that has not reported for so long has lost its recording."""
MOST_TRIES = 3
"""A recording whose worker vanished this many times is not tried again: it may be what kills them."""


@dataclass(frozen=True)
class File:
    """A file as it lies on the disk."""

    path: str
    """Absolute."""
    size: int
    """In bytes."""
    digest: str
    """Of the content: files with one digest are one recording."""


@dataclass(frozen=True)
class Recording:
    """A recording in the queue."""

    id: int
    path: str
    size: int
    """In bytes."""
    digest: str
    """Of the content; made up for pieces."""
    state: str
    """waiting, running, held (nobody takes it until somebody lets it go on), done or failed."""
    session_id: int | None
    worker: str | None
    tries: int
    """How often somebody began with it."""
    error: str | None
    queued_at: float
    """Unix time."""
    ended_at: float | None
    piece_of: int | None = None
    """Number of the recording that it is a piece of; None for a whole one."""
    start_seconds: float | None = None
    """Where a piece begins, in stream time,"""
    until_seconds: float | None = None
    """and before what it ends; None for the last."""

    @property
    def shown_path(self) -> str:
        """The path as people may see it: an address without its password."""
        return redacted(self.path)


def enqueue(
    database: Database, files: Iterable[File], recipe: str, *, again: bool = False, failed: bool = False
) -> Counter[str]:
    """Put files into the queue; how many of them are waiting, running, done and failed there now.

    What is in the queue already stays as it is, but under its present name. With `again` all that has ended waits once
    more, with `failed` what has failed.
    """
    table, states = tables.queue, Counter[str]()
    reopened = {state for state, asked in ((DONE, again), (FAILED, again or failed)) if asked}
    with database.errors(), database.engine.begin() as connection:
        lock(connection, QUEUE_LOCK)
        query = sa.select(table.c.digest, table.c.id, table.c.state).where(table.c.recipe == recipe)
        there = {row.digest: (row.id, row.state) for row in connection.execute(query)}
        seen: set[str] = set()
        for file in files:
            if file.digest in seen:  # the same content under two names
                continue
            seen.add(file.digest)
            number, state = there.get(file.digest, (None, WAITING))
            place = {"path": file.path, "size": file.size}
            fresh = {"state": WAITING, "session_id": None, "tries": 0, "error": None, "ended_at": None}
            if number is None:
                row = {"digest": file.digest, "recipe": recipe, "queued_at": time.time()}
                connection.execute(table.insert().values(**row, **place, **fresh))
            else:
                renewed = fresh if state in reopened else {}
                state = WAITING if state in reopened else state
                connection.execute(table.update().where(table.c.id == number).values(**place, **renewed))
            states[state] += 1
    return states


def take(database: Database, recipe: str, worker: str) -> Recording | None:
    """The largest recording of a recipe that waits, on lease for `worker`; None where none does.

    The largest first, so that at the end no worker is left with a long one while the others have nothing to do (Graham,
    "Bounds on multiprocessing timing anomalies", 1969: at most a third longer than the best order).
    One whose worker has not renewed its lease waits as well, until that has happened MOST_TRIES times.
    """
    table = tables.queue
    while True:
        now = time.time()
        is_free = _is_free(now)
        query = sa.select(table.c.id, table.c.tries, table.c.worker).where(table.c.recipe == recipe, is_free)
        found = database.row(query.order_by(table.c.size.desc(), table.c.id))
        if found is None:
            return None
        mine: dict[str, Any] = {
            "state": RUNNING,
            "worker": worker,
            "lease_until": now + LEASE_SECONDS,
            "tries": found["tries"] + 1,
            "error": None,
        }
        if found["tries"] >= MOST_TRIES:
            message = f"given up: its worker vanished {MOST_TRIES} times, the last was {found['worker']}"
            mine = {"state": FAILED, "error": message, "ended_at": now, "lease_until": None}
        unchanged = sa.and_(table.c.id == found["id"], is_free, table.c.tries == found["tries"])
        with database.errors(), database.engine.begin() as connection:
            taken = connection.execute(table.update().where(unchanged).values(**mine)).rowcount
        if taken and mine["state"] == RUNNING:
            return recording(database, found["id"])


def free(database: Database, recipe: str) -> int:
    """How many recordings of a recipe `take` could give."""
    table = tables.queue
    query = sa.select(sa.func.count().label("count")).where(table.c.recipe == recipe, _is_free(time.time()))
    return int((database.row(query) or {"count": 0})["count"])


def _is_free(now: float) -> sa.ColumnElement[bool]:
    """Whether a recording waits, or its worker has not renewed the lease, and no piece of it is left to look at."""
    table, pieces = tables.queue, tables.queue.alias()
    is_left = pieces.c.state.in_((WAITING, RUNNING, HELD))
    in_pieces = sa.exists().where(pieces.c.piece_of == table.c.id, is_left)
    nobody = sa.or_(table.c.state == WAITING, sa.and_(table.c.state == RUNNING, table.c.lease_until < now))
    return sa.and_(nobody, sa.not_(in_pieces))


def begin(connection: sa.Connection, session_id: int, *, number: int, worker: str) -> None:
    """Note the session of a recording in the transaction that begins the session, so that neither is ever without the
    other, and go on for another LEASE_SECONDS. Raises StoreAway where somebody else has the recording by now."""
    if not change(connection, number, worker, session_id=session_id, lease_until=time.time() + LEASE_SECONDS):
        raise StoreAway(f"recording {number} of the queue is not with {worker} any more")


def renew(database: Database, number: int, worker: str, *, forgive: bool = False) -> bool:
    """Go on for another LEASE_SECONDS with a recording; False where somebody else has it by now.

    `forgive` takes back what its earlier workers counted as tries.
    """
    tries = {"tries": 1} if forgive else {}
    return _change(database, number, worker, lease_until=time.time() + LEASE_SECONDS, **tries)


def give_back(database: Database, number: int, worker: str) -> None:
    """Let another go on with a recording; that this worker began does not count as a try."""
    _change(database, number, worker, state=WAITING, lease_until=None, tries=tables.queue.c.tries - 1)


def end(database: Database, number: int, worker: str, error: str | None = None) -> None:
    """Note that a recording is done, or why it could not be; its pieces are needed no more."""
    table, findings = tables.queue, tables.findings
    pieces = sa.select(table.c.id).where(table.c.piece_of == number).scalar_subquery()
    with database.errors(), database.engine.begin() as connection:
        if change(connection, number, worker, **ended(error)):
            connection.execute(findings.delete().where(findings.c.piece_id.in_(pieces)))
            connection.execute(table.delete().where(table.c.piece_of == number))


def ended(error: str | None = None) -> dict[str, Any]:
    """Columns of a recording that is done, or could not be."""
    return {
        "state": DONE if error is None else FAILED,
        "error": error,
        "lease_until": None,
        "ended_at": time.time(),
    }


def _change(database: Database, number: int, worker: str, **values: Any) -> bool:
    with database.errors(), database.engine.begin() as connection:
        return change(connection, number, worker, **values)


def change(connection: sa.Connection, number: int, worker: str, **values: Any) -> bool:
    """Set columns of a recording that a worker has; False where it is another's, or nobody's."""
    table = tables.queue
    own = sa.and_(table.c.id == number, table.c.worker == worker, table.c.state == RUNNING)
    return bool(connection.execute(table.update().where(own).values(**values)).rowcount)


def hold(database: Database) -> None:
    """Let nobody take what waits, and have workers stop at their next report what they analyse."""
    _move(database, (WAITING, RUNNING), HELD, lease_until=None)


def let_go(database: Database) -> None:
    """Let what is held wait again, to be gone on with where it was left."""
    _move(database, (HELD,), WAITING)


def try_again(database: Database) -> None:
    """Let all that has failed wait once more."""
    _move(database, (FAILED,), WAITING, tries=0, error=None, ended_at=None)


def _move(database: Database, states: Sequence[str], state: str, **values: Any) -> None:
    table = tables.queue
    with database.errors(), database.engine.begin() as connection:
        connection.execute(table.update().where(table.c.state.in_(states)).values(state=state, **values))


def forget(database: Database, recipe: str) -> None:
    """Take all of a recipe out of the queue, whatever its state; the sessions stay."""
    with database.errors(), database.engine.begin() as connection:
        connection.execute(tables.queue.delete().where(tables.queue.c.recipe == recipe))


def release(database: Database, worker: str) -> None:
    """Give back what a worker that is known to be dead had; that counts as a try."""
    table = tables.queue
    own = sa.and_(table.c.worker == worker, table.c.state == RUNNING)
    with database.errors(), database.engine.begin() as connection:
        connection.execute(table.update().where(own).values(lease_until=0.0))


def recording(database: Database, number: int) -> Recording | None:
    """A recording of the queue; None where there is none of that number."""
    row = database.row(_select().where(tables.queue.c.id == number))
    return None if row is None else Recording(**row)


def recordings(database: Database, *, recipe: str | None = None, state: str | None = None) -> list[Recording]:
    """What is in the queue, in its order; of one recipe, or in one state."""
    table, query = tables.queue, _select()
    if recipe is not None:
        query = query.where(table.c.recipe == recipe)
    if state is not None:
        query = query.where(table.c.state == state)
    return [Recording(**row) for row in database.rows(query.order_by(table.c.id))]


def lent(database: Database, recipe: str) -> list[Recording]:
    """Recordings of a recipe that somebody has on lease now."""
    table = tables.queue
    on_lease = sa.and_(table.c.recipe == recipe, table.c.state == RUNNING, table.c.lease_until >= time.time())
    return [Recording(**row) for row in database.rows(_select().where(on_lease).order_by(table.c.id))]


def newest(database: Database, most: int) -> list[Recording]:
    """The `most` whole recordings that were done last, the newest first."""
    table = tables.queue
    query = (
        _select()
        .where(table.c.state == DONE, table.c.piece_of.is_(None))
        .order_by(table.c.ended_at.desc(), table.c.id.desc())
        .limit(most)
    )
    return [Recording(**row) for row in database.rows(query)]


def _select() -> sa.Select[Any]:
    return sa.select(*(tables.queue.c[name] for name in Recording.__dataclass_fields__))


@dataclass(frozen=True)
class Progress:
    """How far the recordings of a queue are."""

    counts: Counter[str]
    """State -> recordings."""
    sizes: Counter[str]
    """State -> bytes."""

    @property
    def ended(self) -> int:
        """Recordings that are done or have failed."""
        return self.counts[DONE] + self.counts[FAILED]


def progress(database: Database, recipe: str | None = None) -> Progress:
    """How many recordings, and how much of them, are in each state; of one recipe, or of all."""
    table = tables.queue
    query = sa.select(table.c.state, sa.func.count().label("count"), sa.func.sum(table.c.size).label("size"))
    if recipe is not None:
        query = query.where(table.c.recipe == recipe)
    rows = database.rows(query.group_by(table.c.state))
    return Progress(
        Counter({row["state"]: row["count"] for row in rows}), Counter({row["state"]: int(row["size"]) for row in rows})
    )
