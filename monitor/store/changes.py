"""What has become known of a session since somebody last looked, in an order that can be taken up again anywhere.

Observations, faults, gaps and tracks are numbered by the database or by the engine as they come; windows are numbered
by their time, and told once they are complete; ends of tracks come in the order of their times; a log has what is
changed later. A cursor remembers how far each of these was read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any, Literal

import sqlalchemy as sa

from monitor.shares import WHOLE_FRAME, shares
from monitor.sources.sampler import period_index
from monitor.store import tables, track_changes
from monitor.store.change_log import logged, newest_change
from monitor.store.cursor import Cursor
from monitor.store.events import Event
from monitor.store.exclusion import Row, excluded_stretches, outside_part
from monitor.store.frames import counted
from monitor.store.queries import Store
from monitor.store.records import Session, Source

Kind = Literal["observation", "window", "person", "event", "gap", "fault"]
MOST_CHANGES = 500
NO_WINDOW = 2**31 - 1
"""No session is long enough for a window of this number."""


@dataclass(frozen=True)
class Change:
    """One thing that became known."""

    kind: Kind
    facts: dict[str, Any]
    cursor: Cursor
    """How far the session was read with it."""


def end_of(store: Store, session: Session) -> Cursor:
    """The cursor of somebody who was told all there is now."""
    sources = [source.id for source in store.sources(session.id)]
    newest = {
        table: _one(store, sa.select(sa.func.max(table.c.id)).where(table.c.source_id.in_(sources))) or 0
        for table in (tables.observations, tables.faults, tables.gaps)
    }
    gaps = tables.gaps.c
    lasting = store.rows(sa.select(gaps.id).where(gaps.source_id.in_(sources), gaps.end_seconds.is_(None)))
    windows, people, ended = {}, {}, {}
    for source in store.sources(session.id):
        complete = tables.windows.c.number < _complete(session, source)
        number = sa.select(sa.func.max(tables.windows.c.number)).where(
            tables.windows.c.source_id == source.id, complete
        )
        if (last := _one(store, number)) is not None:
            windows[source.id] = last
        subject = sa.select(sa.func.max(tables.people.c.subject)).where(tables.people.c.source_id == source.id)
        if (last := _one(store, subject)) is not None:
            people[source.id] = last
        if (end := track_changes.last_ended(store, source.id, _is_over(session, source))) is not None:
            ended[source.id] = end
    return Cursor(
        newest[tables.observations],
        newest[tables.faults],
        newest[tables.gaps],
        mark=newest_change(store, session.id, "event"),
        name=newest_change(store, session.id, "person"),
        lasting=frozenset(row["id"] for row in lasting),
        windows=windows,
        people=people,
        ended=ended,
    )


def changes(
    store: Store, session: Session, after: Cursor, until: Cursor | None = None, most: int = MOST_CHANGES
) -> list[Change]:
    """What became known after `after`, up to `until` or to now; about `most` of each kind, so ask again until empty.

    The end of a session is no change: it is there when `session`, read before, is not running and nothing is left.
    """
    sources = store.sources(session.id)
    names = {source.id: source.name for source in sources}
    found: list[Change] = []
    cursor = after

    def tell(kind: Kind, facts: dict[str, Any], **read: Any) -> None:
        nonlocal cursor
        cursor = replace(cursor, **read)
        found.append(Change(kind, facts, cursor))

    for source in sources:
        for track in track_changes.begun(store, source.id, after, until, most):
            tell("person", {"change": "new", **track}, people={**cursor.people, source.id: track["subject"]})
    for number, person in _renamed(store, session, after, until, most):
        if person is not None:
            tell("person", {"change": "update", **person}, name=number)
        cursor = replace(cursor, name=number)
    for row in _new_rows(
        store, tables.observations, names, after.observation, until.observation if until else None, most
    ):
        tell("observation", observation_facts(session, row), observation=row["id"])
    for source in sources:
        for number, rows in _new_windows(store, session, source, after, until, most):
            facts = window_facts(session, source.id, number, rows)
            tell("window", facts, windows={**cursor.windows, source.id: number})
    for row in _new_rows(store, tables.faults, names, after.fault, until.fault if until else None, most):
        tell("fault", _without_id(row), fault=row["id"])
    for row in _gaps(store, names, after, until, most):
        lasting = cursor.lasting - {row["id"]} if row["end_seconds"] is not None else cursor.lasting | {row["id"]}
        tell("gap", _without_id(row), gap=max(cursor.gap, row["id"]), lasting=frozenset(lasting))
    for number, mark in _marks(store, session, after, until, most):
        tell("event", mark, mark=number)
    for source in sources:
        for track in track_changes.ended(store, source.id, _is_over(session, source), after, until, most):
            end = (track["last_seconds"], track["subject"])
            tell("person", {"change": "end", **track}, ended={**cursor.ended, source.id: end})
    return found


def observation_facts(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the observations, with labels and measures by name."""
    box = [row[side] for side in ("left", "top", "right", "bottom")]
    labels = session.labels.get(row["analyzer"], [])
    measured = zip(session.measures.get(row["analyzer"], []), row["measures"] or [], strict=False)
    return {
        "source": row["source_id"],
        "sample": row["number"],
        "seconds": row["seconds"],
        "analyzer": row["analyzer"],
        "subject": row["subject"],
        "box": None if None in box else box,
        "confidence": row["confidence"],
        "counts": row["counts"] is not False,
        "scores": dict(zip(labels, row["scores"], strict=True)),
        "measures": {measure.name: value for measure, value in measured if value is not None},
    }


def mark_facts(mark: Event) -> dict[str, Any]:
    """A mark of a session; `source` is null where it is about all of it."""
    facts = asdict(mark)
    del facts["session_id"]
    return {"source": facts.pop("source_id"), **facts}


def window_facts(session: Session, source_id: int, number: int, rows: Sequence[Row]) -> dict[str, Any]:
    """One window of a source: the shares and measures of each analyzer and subject in it."""
    return {
        "source": source_id,
        "start_seconds": number * session.window_seconds,
        "end_seconds": (number + 1) * session.window_seconds,
        "subjects": [
            {
                "analyzer": row["analyzer"],
                "subject": None if row["subject"] == WHOLE_FRAME else row["subject"],
                "samples": row["samples"],
                "counted": counted(row, session)[0],
                "shares": dict(
                    zip(
                        session.labels.get(row["analyzer"], []),
                        shares(counted(row, session)[1]).tolist(),
                        strict=True,
                    )
                ),
                "measures": _measured(session, row),
            }
            for row in rows
        ],
    }


def _measured(session: Session, row: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Measure -> its statistics in a window."""
    found = zip(session.measures.get(row["analyzer"], []), row["measures"] or [], strict=False)
    return {
        measure.name: {
            "count": count,
            "mean": mean,
            "standard_deviation": math.sqrt(deviations / count),
            "low": low,
            "high": high,
        }
        for measure, (count, mean, deviations, low, high) in (pair for pair in found if pair[1] is not None)
    }


def observation_page(store: Store, session: Session, after: int, most: int) -> list[tuple[int, dict[str, Any]]]:
    """Observations in the order in which they were stored, those after the number `after`; each with its number."""
    names = {source.id: source.name for source in store.sources(session.id)}
    rows = _new_rows(store, tables.observations, names, after, None, most)
    return [(row["id"], observation_facts(session, row)) for row in rows]


def people_page(store: Store, session: Session, most: int) -> list[dict[str, Any]]:
    """At most so many tracks, those seen last first, each with the person it is of."""
    return track_changes.page(store, [source.id for source in store.sources(session.id)], most)


def window_page(
    store: Store, session: Session, since_seconds: float, until_seconds: float | None, most: int
) -> list[dict[str, Any]]:
    """At most so many windows of each source that touch [since_seconds, until_seconds), oldest first."""
    table, found = tables.windows, []
    for source in store.sources(session.id):
        wanted = sa.and_(table.c.source_id == source.id, (table.c.number + 1) * session.window_seconds > since_seconds)
        if until_seconds is not None:
            wanted = sa.and_(wanted, table.c.number * session.window_seconds < until_seconds)
        found += [window_facts(session, source.id, *window) for window in _windows(store, session, wanted, most)]
    return found


def _new_rows(
    store: Store, table: sa.Table, sources: Mapping[int, str], after: int, until: int | None, most: int
) -> list[dict[str, Any]]:
    query = sa.select(table).where(table.c.source_id.in_(sources), table.c.id > after)
    if until is not None:
        query = query.where(table.c.id <= until)
    return store.rows(query.order_by(table.c.id).limit(most))


def _renamed(
    store: Store, session: Session, after: Cursor, until: Cursor | None, most: int
) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Numbers of the log, each with the track as it is now; None where the engine has not written the track yet, of
    which is told then."""
    found = logged(store, session.id, "person", after.name, until.name if until else None, most)
    tracks: dict[int, list[int]] = {}
    for _, source, track in found:
        tracks.setdefault(source or 0, []).append(track)
    known = {source: track_changes.renamed(store, source, numbers) for source, numbers in tracks.items()}
    for number, source, track in found:
        yield number, known[source or 0].get(track)


def _marks(
    store: Store, session: Session, after: Cursor, until: Cursor | None, most: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbers of the log, each with the mark as it is now, or only its number where it was deleted."""
    found = logged(store, session.id, "event", after.mark, until.mark if until else None, most)
    table = tables.events
    rows = store.rows(sa.select(table).where(table.c.id.in_([mark for _, _, mark in found]))) if found else []
    known = {row["id"]: mark_facts(Event(**row)) for row in rows}
    for number, _, mark in found:
        yield number, {"deleted": mark not in known, "id": mark, **known.get(mark, {})}


def _new_windows(
    store: Store, session: Session, source: Source, after: Cursor, until: Cursor | None, most: int
) -> Iterator[tuple[int, list[Row]]]:
    number = tables.windows.c.number
    last = until.windows.get(source.id, -1) if until is not None else _complete(session, source) - 1
    new = sa.and_(number > after.windows.get(source.id, -1), number <= last)
    return _windows(store, session, sa.and_(tables.windows.c.source_id == source.id, new), most)


def _windows(
    store: Store, session: Session, wanted: sa.ColumnElement[bool], most: int
) -> Iterator[tuple[int, list[Row]]]:
    """Numbers of at most so many windows, oldest first, each with all its rows, without what is excluded."""
    table = tables.windows
    numbers = store.rows(sa.select(table.c.number).where(wanted).distinct().order_by(table.c.number).limit(most))
    if numbers:
        query = sa.select(table, table.c.subject.label("track")).where(wanted, table.c.number <= numbers[-1]["number"])
        rows = store.rows(query.order_by(table.c.number, table.c.analyzer, table.c.subject))
        stretches = excluded_stretches(store, session.id)
        counted = outside_part(store, rows, stretches, session.window_seconds)
        for number, of_window in groupby(counted, key=lambda row: row["number"]):
            yield number, list(of_window)


def _gaps(
    store: Store, sources: Mapping[int, str], after: Cursor, until: Cursor | None, most: int
) -> list[dict[str, Any]]:
    """Gaps that began, or that were told while they lasted and have ended; one that `until` has lasting, lasts."""
    began = _new_rows(store, tables.gaps, sources, after.gap, until.gap if until else None, most)
    gaps = tables.gaps.c
    ended = store.rows(sa.select(tables.gaps).where(gaps.id.in_(after.lasting), gaps.end_seconds.is_not(None)))
    still = until.lasting if until is not None else frozenset()
    return [row for row in ended if row["id"] not in still] + [
        row | {"end_seconds": None} if row["id"] in still else row for row in began
    ]


def _complete(session: Session, source: Source) -> int:
    """The first window of a source that may still change."""
    return NO_WINDOW if _is_over(session, source) else period_index(source.seconds, session.window_seconds)


def _is_over(session: Session, source: Source) -> bool:
    """Whether nothing of a source will come any more."""
    return session.state != "running" or source.state not in ("waiting", "running", "reconnecting")


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: value for name, value in row.items() if name not in ("id", "source_id")}
    return {"source": row["source_id"], **facts}


def _one(store: Store, query: sa.Select[Any]) -> int | None:
    (row,) = store.rows(query)
    value: int | None = next(iter(row.values()))
    return value
