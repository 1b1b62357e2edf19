"""Takes excluded stretches of sessions out of what the store answers; everything in them stays stored.

Windows that lie inside a stretch are left out. Windows that a stretch cuts are counted again from the observations, so
what this costs depends on the number and length of the stretches, not on the length of a session.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from monitor.shares import WHOLE_FRAME, Tally
from monitor.sources.sampler import period_index
from monitor.store import tables
from monitor.store.database import Database
from monitor.store.events import EXCLUDE, Event, events
from monitor.store.tally_rows import tally_row

Stretch = tuple[float, float]
"""Start and end, which does not belong to it, in seconds of stream time."""
Stretches = Mapping[int, Sequence[Stretch]]
"""Source -> its excluded stretches in order, those that meet joined; only sources that have any."""
Row = Mapping[str, Any]
WindowKey = tuple[int, str, int, int]
"""Source, analyzer, track (WHOLE_FRAME for the whole frame) and number of a window."""


def excluded_stretches(store: Database, session_id: int) -> Stretches:
    """What is excluded of each source of a session."""
    marked = events(store, session_id, kind=EXCLUDE)  # a long session may have thousands of others
    if not marked:
        return {}
    query = sa.select(tables.sources.c.id).where(tables.sources.c.session_id == session_id)
    found = {int(row["id"]): excluded_of(marked, int(row["id"])) for row in store.rows(query)}
    return {source_id: own for source_id, own in found.items() if own}


def excluded_of(marked: Iterable[Event], source_id: int) -> list[Stretch]:
    """What of a source some events of its session exclude, in order, those that meet joined."""
    joined: list[Stretch] = []
    about = [each for each in marked if each.kind == EXCLUDE and each.source_id in (None, source_id)]
    for start, end in sorted((each.start_seconds, each.last_seconds) for each in about):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def outside(table: sa.FromClause, stretches: Stretches) -> sa.ColumnElement[bool]:
    """Rows of a table with source_id and seconds that lie in no stretch."""
    return sa.not_(inside(table, stretches))


def inside(table: sa.FromClause, stretches: Stretches) -> sa.ColumnElement[bool]:
    """Rows of a table with source_id and seconds that lie in a stretch."""
    return sa.or_(
        sa.false(),
        *(
            sa.and_(table.c.source_id == source_id, table.c.seconds >= start, table.c.seconds < end)
            for source_id, own in stretches.items()
            for start, end in own
        ),
    )


def touched(table: sa.FromClause, stretches: Stretches, window_seconds: float) -> sa.ColumnElement[bool]:
    """Rows of a table with source_id and number (of a window) that have a part in a stretch."""
    return sa.or_(
        sa.false(),
        *(
            sa.and_(
                table.c.source_id == source_id,
                table.c.number > start / window_seconds - 1,
                table.c.number < end / window_seconds,
            )
            for source_id, own in stretches.items()
            for start, end in own
        ),
    )


def outside_part(store: Database, rows: Sequence[Row], stretches: Stretches, window_seconds: float) -> list[Row]:
    """Rows of windows as they are without what lies in the stretches; windows of which nothing is left are not there.

    Rows have source_id, analyzer, track, number, samples, and sums or measures or both, as the table of windows.
    """
    return list(_parts(store, rows, stretches, window_seconds, wants_inside=False)) if stretches else list(rows)


def inside_part(store: Database, rows: Sequence[Row], stretches: Stretches, window_seconds: float) -> list[Row]:
    """Rows of windows with nothing but what lies in the stretches, the opposite of `outside_part`."""
    return list(_parts(store, rows, stretches, window_seconds, wants_inside=True))


def _parts(
    store: Database, rows: Sequence[Row], stretches: Stretches, window_seconds: float, *, wants_inside: bool
) -> Iterator[Row]:
    cut = {(row["source_id"], row["number"]) for row in rows if _covered(row, stretches, window_seconds) is None}
    counted = _counted(store, cut, stretches, window_seconds, wants_inside=wants_inside)
    for row in rows:
        covered = _covered(row, stretches, window_seconds)
        if covered is not None:
            if covered == wants_inside:
                yield row
        elif tally := counted.get((row["source_id"], row["analyzer"], row["track"], row["number"])):
            yield {**row, **{name: value for name, value in tally_row(tally).items() if name in row}}


def _covered(row: Row, stretches: Stretches, window_seconds: float) -> bool | None:
    """Whether a window lies in a stretch; None where a stretch cuts it."""
    start, end = row["number"] * window_seconds, (row["number"] + 1) * window_seconds
    meets = [stretch for stretch in stretches.get(row["source_id"], ()) if stretch[1] > start and stretch[0] < end]
    if not meets:
        return False
    return True if meets[0][0] <= start and end <= meets[0][1] else None


def _counted(
    store: Database,
    cut: Collection[tuple[int, int]],
    stretches: Stretches,
    window_seconds: float,
    *,
    wants_inside: bool,
) -> dict[WindowKey, Tally]:
    """Observations of some windows (source, number) that lie in the stretches, or else outside them, added up."""
    table = tables.observations
    columns = [
        table.c[name] for name in ("source_id", "analyzer", "subject", "seconds", "scores", "measures", "counts")
    ]
    side = inside(table, stretches) if wants_inside else outside(table, stretches)
    found: dict[WindowKey, Tally] = {}
    for source_id, number in sorted(cut):
        about = sa.and_(  # `period_index` decides, with its slack
            table.c.source_id == source_id,
            table.c.seconds >= (number - 0.5) * window_seconds,
            table.c.seconds < (number + 1) * window_seconds,
        )
        for row in store.rows(sa.select(*columns).where(about, side).order_by(table.c.id)):
            if period_index(row["seconds"], window_seconds) != number:
                continue
            track = WHOLE_FRAME if row["subject"] is None else row["subject"]
            values = np.array([np.nan if value is None else value for value in row["measures"] or []], np.float64)
            key = (source_id, row["analyzer"], track, number)
            tally = found.setdefault(key, Tally.empty(len(row["scores"]), len(values)))
            tally.add(np.array(row["scores"], np.float64), values, row["counts"] is not False)
    return found
