"""Asks the index, of one session, one library or all sessions: for moments like one, of an emotion, or unusual ones."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.errors import ConfigError
from monitor.explain import unknown_name
from monitor_retrieval.answer import Answer, short_source, time_code
from monitor_retrieval.index import MomentIndex
from monitor_retrieval.moment import LIBRARY, Moment
from monitor_retrieval.moments_apart import moments_apart


@dataclass(frozen=True)
class Among:
    """Which moments may answer, and how many of them."""

    session: int | None = None
    library: str | None = None
    """Neither: all sessions, without libraries."""
    count: int = 10
    min_gap_seconds: float = 5.0
    """Frames of one source that are nearer to each other count as one moment."""

    def check(self, index: MomentIndex) -> None:
        """Raises ConfigError where the index has no moments among these."""
        if self.session is not None and self.library is not None:
            raise ConfigError("moments are looked for in a session or in a library, not in both")
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


def ask_like(index: MomentIndex, like: Moment, among: Among) -> Answer:
    """Moments like one of the index or like a picture; those beside itself are left out."""
    among.check(index)
    moments = moments_apart(
        lambda count: index.search(like.vector, count=count, session=among.session, library=among.library),
        among.count,
        among.min_gap_seconds,
        beside=like,
    )
    place = "" if like.session == LIBRARY else f"session {like.session}, {short_source(like.source)} at "
    return Answer(f"Moments like {place}{time_code(like)}", "distance", moments, like)


def ask_emotion(index: MomentIndex, label: str, among: Among) -> Answer:
    """Moments with the most of an emotion."""
    if among.library is not None:
        raise ConfigError("an emotion is looked for in sessions; in a library, a picture or a moment is")
    among.check(index)
    moments = moments_apart(
        lambda count: index.by_emotion(label, count=count, session=among.session), among.count, among.min_gap_seconds
    )
    return Answer(f"Moments of {label}", label, moments)


def ask_unusual(index: MomentIndex, among: Among) -> Answer:
    """The moments of a session that differ most from what their source had shown before."""
    among.check(index)
    session = among.session
    if session is None:
        raise ValueError("unusual moments are those of a session")
    moments = moments_apart(lambda count: index.unusual(session, count=count), among.count, among.min_gap_seconds)
    return Answer(f"Unusual moments of session {session}", "novelty", moments)
