"""The tracks of a source as a person looks at them: when each was there, and its best picture."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from monitor.store import tables
from monitor.store.database import Database


@dataclass(frozen=True)
class TrackView:
    """One face that was followed without a break."""

    number: int
    first_seconds: float
    last_seconds: float
    samples: int
    thumbnail: bytes | None
    """JPEG of its best view; None where none is kept."""


def track_views(store: Database, source_id: int) -> dict[int, TrackView]:
    """Track -> how it is seen, of all tracks of a source, in order of their first appearance."""
    people, thumbnails = tables.people, tables.thumbnails
    same = sa.and_(thumbnails.c.source_id == people.c.source_id, thumbnails.c.subject == people.c.subject)
    query = (
        sa.select(
            *(people.c[name] for name in ("subject", "first_seconds", "last_seconds", "samples")), thumbnails.c.jpeg
        )
        .join_from(people, thumbnails, same, isouter=True)
        .where(people.c.source_id == source_id)
        .order_by(people.c.first_seconds, people.c.subject)
    )
    return {
        row["subject"]: TrackView(
            row["subject"], row["first_seconds"], row["last_seconds"], row["samples"], row["jpeg"]
        )
        for row in store.rows(query)
    }
