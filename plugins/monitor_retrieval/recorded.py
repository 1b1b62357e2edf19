"""What the store knows of the sessions whose moments an index holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from monitor.errors import ConfigError, StoreError
from monitor.explain import unknown_name
from monitor.settings import Settings
from monitor.store import Store
from monitor_retrieval.index import MomentIndex
from monitor_retrieval.moment import Moment
from monitor_retrieval.queries import MomentQuery


def session_names(settings: Settings) -> dict[int, str]:
    """Number -> name of every session; empty where there is no store: an index can do without one."""
    try:
        with Store(settings.store) as store:
            return {session.id: session.name for session in store.sessions()}
    except StoreError:
        return {}


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
