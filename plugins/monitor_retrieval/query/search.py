"""Searches one session, one library or all sessions: for moments like one, of an emotion, or unusual ones."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import LIBRARY, Moment
from monitor_retrieval.query.min_gap import search_with_gap
from monitor_retrieval.query.moment_text import short_source, time_code
from monitor_retrieval.query.result import SearchResult


@dataclass(frozen=True)
class Scope:
    """Where to search, and how many moments to find."""

    session: int | None = None
    library: str | None = None
    """Neither: all sessions, without libraries."""
    count: int = 10
    min_gap_seconds: float = 5.0
    """Frames of one source that are nearer to each other count as one moment."""

    def check(self, index: MomentIndex) -> None:
        """Raises ConfigError where the index has no moments in this scope."""
        if self.session is not None and self.library is not None:
            raise ConfigError("a search goes over a session or over a library, not over both")
        if self.library is not None:
            if self.library not in (known := index.libraries()):
                raise ConfigError(unknown_name("library", self.library, known))
            return
        sessions = index.sessions()
        if not sessions:
            raise ConfigError(
                f"the index in {index.folder} holds no moments of any session; "
                "`monitor run VIDEO --analyzers affective-retrieval` adds some"
            )
        if self.session is not None and self.session not in sessions:
            raise ConfigError(
                f"session {self.session} has no moments in {index.folder}, which has those of: "
                f"{', '.join(map(str, sessions))}; `monitor run VIDEO --analyzers affective-retrieval` records more"
            )


def search_like(index: MomentIndex, like: Moment, scope: Scope) -> SearchResult:
    """Moments like one of the index or like a picture; those beside itself are left out."""
    scope.check(index)
    moments = search_with_gap(
        lambda count: index.search(like.vector, count=count, session=scope.session, library=scope.library),
        scope.count,
        scope.min_gap_seconds,
        beside=like,
    )
    place = "" if like.session == LIBRARY else f"session {like.session}, {short_source(like.source)} at "
    return SearchResult(f"Moments like {place}{time_code(like)}", "distance", moments, like)


def search_emotion(index: MomentIndex, label: str, scope: Scope) -> SearchResult:
    """Moments with the most of an emotion."""
    if scope.library is not None:
        raise ConfigError("a library can be searched with a picture or a moment, not with an emotion")
    scope.check(index)
    moments = search_with_gap(
        lambda count: index.by_emotion(label, count=count, session=scope.session), scope.count, scope.min_gap_seconds
    )
    return SearchResult(f"Moments of {label}", label, moments)


def search_unusual(index: MomentIndex, scope: Scope) -> SearchResult:
    """The moments of a session that differ most from what their source had shown before."""
    scope.check(index)
    session = scope.session
    if session is None:
        raise ValueError("unusual moments are those of a session")
    moments = search_with_gap(lambda count: index.unusual(session, count=count), scope.count, scope.min_gap_seconds)
    return SearchResult(f"Unusual moments of session {session}", "novelty", moments)
