"""Queries of what is kept by track, told by person: the one place that joins tracks to people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from monitor.store import tables


def person(table: sa.FromClause) -> sa.ColumnElement[int]:
    """The person that a row of `table`, with a track as its subject, belongs to; the track's own number where nobody
    was found. Goes with `with_people`."""
    return sa.func.coalesce(tables.track_people.c.person, table.c.subject)


def of_track(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """What joins the people of tracks to a `table` with a track as its subject."""
    people = tables.track_people
    return sa.and_(people.c.source_id == table.c.source_id, people.c.subject == table.c.subject)


def with_people(query: sa.Select[Any], table: sa.FromClause, *, ignored: bool = False) -> sa.Select[Any]:
    """`query` with people and their names joined to the tracks of `table`; who is ignored is left out, or `ignored`
    keeps them."""
    names = tables.person_names
    of_person = sa.and_(names.c.source_id == table.c.source_id, names.c.person == person(table))
    query = query.outerjoin(tables.track_people, of_track(table)).outerjoin(names, of_person)
    return query if ignored else query.where(names.c.ignored.isnot(True))


def with_thumbnails(people: sa.Subquery, session_id: int, tracks: Collection[int] | None = None) -> sa.Select[Any]:
    """`people`, rows of people of a session with source_id and subject, and the best view of all of their tracks as the
    column thumbnail. Where `tracks` has all of their tracks, only these are looked at."""
    table, sources = tables.thumbnails, tables.sources
    of_person = (table.c.source_id, person(table))
    place = sa.func.row_number().over(partition_by=of_person, order_by=(table.c.quality.desc(), table.c.subject))
    ranked = sa.select(table.c.source_id, person(table).label("person"), table.c.subject, place.label("place"))
    ranked = ranked.where(table.c.source_id.in_(sa.select(sources.c.id).where(sources.c.session_id == session_id)))
    if tracks is not None:
        ranked = ranked.where(table.c.subject.in_(tracks))
    best = with_people(ranked, table, ignored=True).subquery()
    is_theirs = sa.and_(best.c.source_id == people.c.source_id, best.c.person == people.c.subject, best.c.place == 1)
    is_it = sa.and_(table.c.source_id == best.c.source_id, table.c.subject == best.c.subject)
    query = sa.select(people, table.c.jpeg.label("thumbnail"))
    return query.outerjoin(best, is_theirs).outerjoin(table, is_it)
