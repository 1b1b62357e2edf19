"""What the store knows of the sessions whose moments an index holds."""

from __future__ import annotations

from monitor.errors import ConfigError, StoreError
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
    """The moment that a query names.

    Raises StoreError for a session that does not exist, ConfigError where it has several sources and the query names
    none, and MonitorError where the index has nothing at that time.
    """
    with Store(settings.store) as store:
        session = store.session(query.session)
        sources = [source.name for source in store.sources(session.id)]
    if query.source is None and len(sources) > 1:
        raise ConfigError(
            f"session {session.id} has several sources: {', '.join(sources)}; name one with --source, or as in "
            f"{session.id}/{sources[0]}@{query.seconds:g}"
        )
    return index.near(session.id, query.seconds, query.source)
