"""Long recordings of the queue in pieces of time, which several workers look at before one goes through the whole."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import sqlalchemy as sa

from monitor.store import queue, tables
from monitor.store.database import Database, lock
from monitor.store.queue import Recording


def undivided(database: Database, recipe: str) -> list[Recording]:
    """Whole recordings of a recipe that wait, that nobody has begun with, and that are in no pieces."""
    waiting, table = queue.recordings(database, recipe=recipe, state=queue.WAITING), tables.queue
    pieces = sa.select(table.c.id, table.c.piece_of).where(table.c.recipe == recipe, table.c.piece_of.is_not(None))
    divided = {number for row in database.rows(pieces) for number in row.values()}
    return [each for each in waiting if each.session_id is None and each.id not in divided]


def divide(database: Database, recording: Recording, recipe: str, seconds: Sequence[float]) -> None:
    """Put pieces of a recording, about equally long, into the queue, one from each of these times to the next; it waits
    for them. Nothing where somebody has begun with it, or divided it, meanwhile."""
    table = tables.queue
    waits = sa.and_(table.c.id == recording.id, table.c.state == queue.WAITING, table.c.session_id.is_(None))
    divided = sa.select(table.c.id).where(table.c.piece_of == recording.id)
    with database.errors(), database.engine.begin() as connection:
        lock(connection, queue.QUEUE_LOCK)
        if connection.execute(sa.select(table.c.id).where(waits)).first() is None:
            return
        if connection.execute(divided).first() is not None:
            return
        for start, end in zip_longest(seconds, seconds[1:]):
            row = {
                "path": recording.path,
                "size": recording.size // len(seconds),
                "digest": hashlib.sha256(f"piece of {recording.id} from {start}".encode()).hexdigest(),
                "recipe": recipe,
                "state": queue.WAITING,
                "tries": 0,
                "queued_at": recording.queued_at,
                "piece_of": recording.id,
                "start_seconds": start,
                "until_seconds": end,
            }
            connection.execute(table.insert().values(**row))


def keep(database: Database, piece: Recording, worker: str, lines: Iterable[str]) -> None:
    """Keep what was found in a piece, which is then done; nothing where it is another worker's by now."""
    content = zlib.compress("\n".join(lines).encode(), 1)
    with database.errors(), database.engine.begin() as connection:
        if queue.change(connection, piece.id, worker, **queue.ended()):
            connection.execute(tables.findings.insert().values(piece_id=piece.id, content=content))


def lines(database: Database, recording: Recording) -> Iterator[str]:
    """What was found in the pieces of a recording, in stream order; memory holds one piece at a time."""
    table, findings = tables.queue, tables.findings
    query = sa.select(table.c.id).where(table.c.piece_of == recording.id).order_by(table.c.start_seconds)
    for row in database.rows(query):
        found = database.row(sa.select(findings.c.content).where(findings.c.piece_id == row["id"]))
        if found is not None:
            yield from zlib.decompress(found["content"]).decode().splitlines()
