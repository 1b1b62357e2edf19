"""The session page: any session over its whole length, or over a part of it."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from monitor import figures, timeline
from monitor.clock import clock
from monitor.people_table import people_table
from monitor.shown import caption, raw
from monitor.store import Session, Source, Store
from monitor_dashboard import choices, downloads, panels, style
from monitor_dashboard.opened import as_shown, plain_errors, store_with_sessions
from monitor_dashboard.words import plain, titled, when

MOST_MARKS = 1000


def draw() -> None:
    st.html(style.sheet())
    with plain_errors():
        found = store_with_sessions()
        if found is None:
            return
        opened, sessions = found
        _chosen(opened, sessions)


def _chosen(opened: Store, sessions: list[Session]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        session = _choose_session(sessions)
        sources = opened.sources(session.id)
        if not sources:
            st.info(f"Session {session.id} has no source.")
            return
        source = choices.choose_source(sources, f"source_of_{session.id}")
        analyzer = choices.choose_analyzer(session, f"analyzer_of_{session.id}")
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.state_badge(session.state)
        st.caption(
            f"Started {when(session.started_at)} · one sample every {session.every_seconds:g} s · "
            f"windows of {session.window_seconds:g} s"
        )
    if session.state == "running":
        st.info("This session still runs: what you see is up to now. The live page follows it.")
    if session.error:
        st.error(plain(session.error), icon=":material/error:")
    seen = _choose_shown(session, analyzer)
    windows = as_shown(opened).windows(seen, analyzer, source_id=source.id)
    people = opened.people(session, source_id=source.id)
    gaps = panels.of_source(opened.gaps(session), source)
    if windows.empty:
        st.info(f"{analyzer} observed nothing in this source, in {source.frames_sampled:,} samples.")
    else:
        _plots(session, source, analyzer, windows, people, gaps)
    st.subheader("Stream health")
    panels.stream_health(session, source, gaps, panels.of_source(opened.faults(session), source))
    st.subheader("Downloads")
    downloads.buttons(opened, session)


def _choose_session(sessions: list[Session]) -> Session:
    """A session; the address of the page names it, as in `/session?session=3`."""
    by_id = {session.id: session for session in sessions}
    numbers = list(by_id)
    wanted = st.query_params.get("session", "")
    if wanted and "chosen_session" not in st.session_state:
        found = next((number for number in numbers if str(number) == wanted), None)
        if found is not None:
            st.session_state["chosen_session"] = found
        else:
            st.warning(f"There is no session {plain(wanted)}; this is the newest.")
    chosen = st.selectbox("Session", numbers, format_func=lambda number: titled(by_id[number]), key="chosen_session")
    session = by_id.get(chosen) or sessions[0]
    st.query_params["session"] = str(session.id)
    return session


def _choose_shown(session: Session, analyzer: str) -> Session:
    """The session as it is to be shown; no widget where that is raw anyway."""
    adjusted = caption(session, analyzer)
    if not adjusted:
        return session
    with st.container(horizontal=True, vertical_alignment="center"):
        shows_raw = st.toggle("Raw scores", key=f"raw_of_{session.id}")
        st.caption("As the analyzer gave them" if shows_raw else adjusted)
    return raw(session) if shows_raw else session


def _plots(
    session: Session, source: Source, analyzer: str, windows: pd.DataFrame, people: pd.DataFrame, gaps: pd.DataFrame
) -> None:
    labels = session.labels[analyzer]
    whole = max(source.seconds, float(windows["end_seconds"].max()))
    start, end = _choose_range(session, source, whole)
    part = timeline.within(windows, start, end)
    shares, samples = timeline.overall(part, labels)
    joined = timeline.merged_gaps(gaps, whole)

    left, right = st.columns([2, 3], gap="large")
    with left:
        st.html(panels.headline_html(shares, f"{clock(start)} to {clock(end)} · {samples:,} samples"))
        st.plotly_chart(figures.shares_bar(shares), key="session_shares", config=panels.BARE_PLOT)
    with right:
        everyone = timeline.share_rows(part, labels, session.window_seconds)
        st.plotly_chart(
            figures.stacked_area(everyone, labels, gaps=joined, reach=(start, end)),
            key="session_timeline",
            config=panels.PLOT,
        )
    if part.empty:
        return
    sampled = part.groupby("subject")["samples"].sum()
    subjects = [int(subject) for subject in sampled.index]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("One person" if subjects[-1] else "Whole frame")
        subject = choices.choose_subject(subjects, int(sampled.idxmax()), f"subject_of_{source.id}")
    rows = timeline.share_rows(timeline.of_subject(part, subject), labels, session.window_seconds)
    st.plotly_chart(
        figures.emotion_lines(rows, labels, gaps=joined, reach=(start, end)), key="session_lines", config=panels.PLOT
    )
    if subjects[-1]:
        st.subheader("People seen")
        st.plotly_chart(
            figures.people_over_time(everyone, gaps=joined, reach=(start, end)),
            key="session_people",
            config=panels.BARE_PLOT,
        )
    there = people[(people["last_seconds"] >= start) & (people["first_seconds"] < end)]
    if len(there):
        st.html(people_table(there, timeline.shares_by_subject(part, labels), labels))


def _choose_range(session: Session, source: Source, whole: float) -> tuple[float, float]:
    """The stretch of stream time that plots and tables follow, in whole windows, from among at most MOST_MARKS."""
    window = session.window_seconds
    step = window * math.ceil(whole / window / MOST_MARKS)
    count = math.ceil(whole / step - 1e-6)
    if count <= 1:
        return 0.0, step
    marks = [number * step for number in range(count + 1)]
    start, end = st.select_slider(
        "Time range",
        marks,
        value=(marks[0], marks[-1]),
        format_func=clock,
        key=f"range_of_{session.id}_{source.id}_{count}",
    )
    return (start, end) if end > start else (start, start + step)
