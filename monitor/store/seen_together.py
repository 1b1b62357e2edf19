"""Tracks of one person that were seen at one time, as joining two people makes them: a sample counts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from monitor.store import tables
from monitor.store.database import Database
from monitor.store.exclusion import Stretches, outside


def seen_together(database: Database, tracks: Sequence[Mapping[str, Any]], stretches: Stretches) -> int:
    """By how much the samples of a person's tracks, added up, exceed the samples in which the person was seen.

    `tracks` are rows of the table of people, all of one source. Samples in excluded `stretches` are not looked at, and
    those of which the single observations were deleted are not known.
    """
    table, at_once = tables.observations, sorted(_meeting(tracks))
    if not at_once:
        return 0
    own = sa.and_(table.c.source_id == tracks[0]["source_id"], table.c.subject.in_(at_once), outside(table, stretches))
    each = sa.select(table.c.number, table.c.subject).where(own).distinct().subquery()
    query = sa.select((sa.func.count() - sa.func.count(each.c.number.distinct())).label("count"))
    row = database.row(query.select_from(each))
    assert row is not None
    return int(row["count"])


def _meeting(tracks: Sequence[Mapping[str, Any]]) -> set[int]:
    """The tracks that were there while another of these was."""
    found: set[int] = set()
    longest: Mapping[str, Any] | None = None
    for track in sorted(tracks, key=lambda track: track["first_seconds"]):
        if longest is not None and track["first_seconds"] <= longest["last_seconds"]:
            found |= {track["subject"], longest["subject"]}
        if longest is None or track["last_seconds"] > longest["last_seconds"]:
            longest = track
    return found
