"""What the store knows of the sessions whose moments an index holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

import sqlalchemy as sa

from monitor.errors import ConfigError, StoreError
from monitor.mistakes import unknown_name
from monitor.settings import Settings
from monitor.store import Store, tables
from monitor.store.by_person import with_people
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment
from monitor_retrieval.query.parse import MomentQuery
from monitor_retrieval.query.result import SearchResult

SLACK_SECONDS = 1e-3
"""By which the times of a sample may differ in index and store."""


def session_names(settings: Settings) -> dict[int, str]:
    """Number -> name of every session; empty where there is no store: an index can do without one."""
    try:
        with Store(settings.store) as store:
            return {session.id: session.name for session in store.sessions()}
    except StoreError:
        return {}


def result_with_people(result: SearchResult, settings: Settings) -> SearchResult:
    """`result` with the names of those who were seen in its moments, where there is a store."""
    try:
        with Store(settings.store) as store:
            return with_names(result, store)
    except StoreError:
        return result


def with_names(result: SearchResult, store: Store) -> SearchResult:
    """`result` with the names of those who were seen in its moments. Who has no name, or was left out of all shares, is
    not told."""
    return replace(result, moments=[replace(moment, people=_names(moment, store)) for moment in result.moments])


def _names(moment: Moment, store: Store) -> tuple[str, ...]:
    table, sources, names = tables.observations, tables.sources, tables.person_names
    seen = (
        with_people(sa.select(names.c.name).distinct(), table)
        .join(sources, sources.c.id == table.c.source_id)
        .where(
            sources.c.session_id == moment.session,
            sources.c.name == moment.source,
            table.c.seconds.between(moment.seconds - SLACK_SECONDS, moment.seconds + SLACK_SECONDS),
            names.c.name.is_not(None),
        )
    )
    return tuple(sorted(row["name"] for row in store.rows(seen)))


def session_number(key: str, settings: Settings) -> int:
    """The number of a session that is given by number, by name or as `latest`. Raises StoreError for an unknown one."""
    with Store(settings.store) as store:
        return store.session(key).id


def moment_at(query: MomentQuery, index: MomentIndex, settings: Settings) -> Moment:
    """The moment that a query names; the last part of its source's name will do.

    Raises StoreError for a session that does not exist, ConfigError where it has no such source, or several and the
    query does not say which, and MonitorError where the index has nothing at that time.
    """
    with Store(settings.store) as store:
        session = store.session(query.session)
        sources = [source.name for source in store.sources(session.id)]
    return index.near(session.id, query.seconds, _chosen(query, session.id, sources))


def _chosen(query: MomentQuery, session: int, sources: Sequence[str]) -> str | None:
    """The one source that the query means."""
    named = [name for name in sources if query.source in (None, name, PurePath(name).name)]
    if query.source in sources or len(named) == 1:
        return query.source if query.source in sources else named[0]
    if query.source is not None and not named:
        raise ConfigError(unknown_name(f"source of session {session}", query.source, sources))
    raise ConfigError(
        f"session {session} has several such sources: {', '.join(sources)}; name one with --source, or as in "
        f"{session}/{PurePath(sources[0]).name}@{query.seconds:g}"
    )
