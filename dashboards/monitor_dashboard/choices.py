"""Widgets that choose what a page shows."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from monitor.store import Session, Source
from monitor_dashboard.words import subject_name, titled

NEWEST = 0
"""Stands for the newest session where a session's number is expected."""


def newest(sessions: Sequence[Session]) -> Session:
    """The newest session that runs, else the newest of all; `sessions` are the newest first and not empty."""
    return next((session for session in sessions if session.state == "running"), sessions[0])


def choose_live_session(sessions: Sequence[Session]) -> Session:
    """A session, by default whatever is newest from moment to moment."""
    by_id = {session.id: session for session in sessions}
    chosen = st.selectbox(
        "Session",
        [NEWEST, *by_id],
        format_func=lambda number: "Newest session" if number == NEWEST else titled(by_id[number]),
        key="live_session",
    )
    return by_id.get(chosen) or newest(sessions)


def choose_source(sources: Sequence[Source], key: str) -> Source:
    """A source of a session; no widget where there is only one."""
    by_id = {source.id: source for source in sources}
    if len(by_id) == 1:
        return sources[0]
    chosen = st.selectbox("Source", list(by_id), format_func=lambda number: by_id[number].name, key=key)
    return by_id.get(chosen) or sources[0]


def choose_analyzers(session: Session, key: str) -> list[str]:
    """Analyzers of a session, all by default and where none is chosen; no widget where there is only one."""
    names = session.analyzers
    if len(names) == 1:
        return names
    chosen = st.pills("Analyzers", names, selection_mode="multi", default=names, key=key)
    return [name for name in names if name in chosen] or names


def choose_subject(subjects: Sequence[int], default: int, key: str) -> int:
    """A person; no widget where there is only one subject."""
    if len(subjects) == 1:
        return subjects[0]
    chosen = st.selectbox(
        "Person", subjects, index=subjects.index(default), format_func=subject_name, key=key, width=220
    )
    return default if chosen is None else chosen
