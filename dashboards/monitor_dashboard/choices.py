"""Widgets that choose what a page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st

from monitor.plugin import Measure
from monitor.store import Session, Source
from monitor.views.counts import gate_in_words
from monitor.views.subjects import subject_title
from monitor_dashboard.words import plain, titled

MOST_MEASURES = 2
"""Measures that are drawn before anybody chose any."""
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
        format_func=lambda number: (
            "The running session, else the newest" if number == NEWEST else titled(by_id[number])
        ),
        key="live_session",
    )
    return by_id.get(chosen) or newest(sessions)


def choose_addressed_session(sessions: Sequence[Session], key: str) -> Session:
    """A session, by default the newest; the address of the page names it, as in `/session?session=3`."""
    by_id = {session.id: session for session in sessions}
    numbers = list(by_id)
    wanted = st.query_params.get("session", "")
    if wanted and key not in st.session_state:
        found = next((number for number in numbers if str(number) == wanted), None)
        if found is not None:
            st.session_state[key] = found
        else:
            st.warning(f"There is no session {plain(wanted)}; this is the newest.")
    chosen = st.selectbox("Session", numbers, format_func=lambda number: titled(by_id[number]), key=key)
    session = by_id.get(chosen) or sessions[0]
    if wanted not in ("", str(session.id)):
        for name in ("at", "source"):  # of another session
            st.query_params.pop(name, None)
    st.query_params["session"] = str(session.id)
    return session


def choose_addressed_source(session: Session, sources: Sequence[Source], key: str) -> Source:
    """A source of the session; the address of the page may name it, as in `/session?session=3&source=5`."""
    wanted = st.query_params.get("source")
    if wanted is not None and key not in st.session_state:
        found = next((source.id for source in sources if str(source.id) == wanted), None)
        if found is not None:
            st.session_state[key] = found
        else:
            st.warning(f"There is no source {plain(wanted)} in session {session.id}; this is its first.")
    source = choose_source(sources, key)
    if len(sources) > 1:
        st.query_params["source"] = str(source.id)
    return source


def choose_source(sources: Sequence[Source], key: str) -> Source:
    """A source of a session; no widget where there is only one."""
    by_id = {source.id: source for source in sources}
    if len(by_id) == 1:
        return sources[0]
    names = short_names(sources)
    chosen = st.selectbox("Source", list(by_id), format_func=lambda number: names[number], key=key)
    return by_id.get(chosen) or sources[0]


def short_names(sources: Sequence[Source]) -> dict[int, str]:
    """Source -> its name, of a file without its folders where that still tells the sources apart."""
    short = {each.id: Path(each.name).name if each.kind == "file" else each.name for each in sources}
    return short if len(set(short.values())) == len(short) else {each.id: each.name for each in sources}


def choose_analyzers(session: Session, key: str) -> list[str]:
    """Analyzers of a session, all by default and where none is chosen; no widget where there is only one."""
    names = session.analyzers
    if len(names) == 1:
        return names
    chosen = st.pills("Analyzers", names, selection_mode="multi", default=names, key=key)
    return [name for name in names if name in chosen] or names


def choose_counting(session: Session) -> Session:
    """The session with shares of good views only, or of all; no widget where everything counts anyway."""
    words = gate_in_words(session.quality) if session.quality else ""
    if not words:
        return session
    with st.container(horizontal=True, vertical_alignment="center"):
        all_samples = st.toggle("Count all samples", session.all_samples, key=f"all_samples_of_{session.id}")
        st.caption("Faces that are seen badly count too." if all_samples else words)
    return replace(session, all_samples=all_samples)


def choose_measures(measures: Sequence[Measure], key: str) -> list[Measure]:
    """Measures of an analyzer, the first MOST_MEASURES by default; no widget where there are no more."""
    if len(measures) <= MOST_MEASURES:
        return list(measures)
    names = [measure.name for measure in measures]
    chosen = st.pills(
        "Measures",
        names,
        selection_mode="multi",
        default=names[:MOST_MEASURES],
        format_func=lambda name: name.replace("_", " "),
        key=key,
        label_visibility="collapsed",
    )
    return [measure for measure in measures if measure.name in chosen]


def choose_subject(subjects: Sequence[int], default: int, key: str, names: Mapping[int, str] | None = None) -> int:
    """A person, by name where `names` (number -> name) has one; no widget where there is only one subject."""
    if len(subjects) == 1:
        return subjects[0]
    chosen = st.selectbox(
        "Person",
        subjects,
        index=subjects.index(default),
        format_func=lambda subject: subject_title(subject, names),
        key=key,
        width=220,
    )
    return default if chosen is None else chosen
