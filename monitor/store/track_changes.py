"""Tracks of a source as programs are told of them: that one began, who it is by now, and that it ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from monitor.sample import REMEMBERED_SAMPLES, REMEMBERED_SECONDS
from monitor.store import tables
from monitor.store.by_person import person, with_people
from monitor.store.cursor import NOBODY, Cursor
from monitor.store.database import Database

TRACK = tables.people.c


def begun(database: Database, source_id: int, after: Cursor, until: Cursor | None, most: int) -> list[dict[str, Any]]:
    """Tracks that are in the store since `after`, by number."""
    query = _tracks(source_id).where(TRACK.subject > after.people.get(source_id, 0))
    if until is not None:
        query = query.where(TRACK.subject <= until.people.get(source_id, 0))
    return database.rows(query.order_by(TRACK.subject).limit(most))


def renamed(database: Database, source_id: int, tracks: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Those of `tracks` that are in the store, by number, as they are now."""
    rows = database.rows(_tracks(source_id).where(TRACK.subject.in_(tracks)))
    return {row["subject"]: row for row in rows}


def ended(
    database: Database, source_id: int, is_over: bool, after: Cursor, until: Cursor | None, most: int
) -> list[dict[str, Any]]:
    """Tracks whose end is known since `after`, by when they were last seen."""
    query = _ended(database, source_id, is_over)
    query = query.where(sa.tuple_(TRACK.last_seconds, TRACK.subject) > sa.tuple_(*after.ended.get(source_id, NOBODY)))
    if until is not None:
        last = until.ended.get(source_id, NOBODY)
        query = query.where(sa.tuple_(TRACK.last_seconds, TRACK.subject) <= sa.tuple_(*last))
    return database.rows(query.order_by(TRACK.last_seconds, TRACK.subject).limit(most))


def last_ended(database: Database, source_id: int, is_over: bool) -> tuple[float, int] | None:
    """The last of all that `ended` would tell: when it was last seen, and its number."""
    query = _ended(database, source_id, is_over).order_by(TRACK.last_seconds.desc(), TRACK.subject.desc())
    row = database.row(query)
    return None if row is None else (row["last_seconds"], row["subject"])


def page(database: Database, source_ids: Sequence[int], most: int) -> list[dict[str, Any]]:
    """At most so many tracks of these sources, those seen last first."""
    query = _tracks(*source_ids).order_by(TRACK.last_seconds.desc(), TRACK.source_id, TRACK.subject)
    return database.rows(query.limit(most))


def _tracks(*source_ids: int) -> sa.Select[Any]:
    names = tables.person_names.c
    facts = (TRACK.source_id.label("source"), TRACK.subject, person(tables.people).label("person"), names.name)
    ignored = sa.func.coalesce(names.ignored, sa.false()).label("ignored")
    query = sa.select(*facts, ignored, TRACK.first_seconds, TRACK.last_seconds, TRACK.samples)
    return with_people(query, tables.people, ignored=True).where(TRACK.source_id.in_(source_ids))


def _ended(database: Database, source_id: int, is_over: bool) -> sa.Select[Any]:
    """Tracks that cannot go on: their source is over, or they were missing for long enough, as the tracker has it."""
    query = _tracks(source_id)
    return query if is_over else query.where(TRACK.last_seconds < _forgotten_before(database, source_id))


def _forgotten_before(database: Database, source_id: int) -> float:
    """Whoever was last seen before this time of a source's stream has been forgotten."""
    samples = tables.samples.c
    query = sa.select(samples.seconds).where(samples.source_id == source_id, samples.faces.is_not(None))
    newest = [
        float(row["seconds"]) for row in database.rows(query.order_by(samples.number.desc()).limit(REMEMBERED_SAMPLES))
    ]
    if len(newest) < REMEMBERED_SAMPLES:
        return -math.inf
    return min(newest[-1], newest[0] - REMEMBERED_SECONDS)
