"""The session page: any session over its whole length, or over a part of it."""

from __future__ import annotations

import math
from contextlib import suppress

import pandas as pd
import streamlit as st

from monitor import evidence, figures, timeline
from monitor.clock import clock
from monitor.evidence import FACES, Evidence
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
        source = _choose_source(session, sources)
        analyzers = choices.choose_analyzers(session, f"analyzers_of_{session.id}")
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
    seen = _choose_shown(session, analyzers)
    found = evidence.gathered(opened, as_shown(opened), seen, source, analyzers)
    gaps = panels.of_source(opened.gaps(session), source)
    if all(own.windows.empty for own in found):
        st.info(f"{', '.join(analyzers)} observed nothing in this source, in {source.frames_sampled:,} samples.")
    else:
        _plots(session, source, found, opened.people(session, source_id=source.id), gaps)
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
    if wanted not in ("", str(session.id)):
        for name in ("at", "source"):  # of another session
            st.query_params.pop(name, None)
    st.query_params["session"] = str(session.id)
    return session


def _choose_source(session: Session, sources: list[Source]) -> Source:
    """A source of the session; the address of the page may name it, as in `/session?session=3&source=5`."""
    key = f"source_of_{session.id}"
    wanted = st.query_params.get("source")
    if wanted is not None and key not in st.session_state:
        found = next((source.id for source in sources if str(source.id) == wanted), None)
        if found is not None:
            st.session_state[key] = found
        else:
            st.warning(f"There is no source {plain(wanted)} in session {session.id}; this is its first.")
    return choices.choose_source(sources, key)


def _choose_shown(session: Session, analyzers: list[str]) -> Session:
    """The session as it is to be shown; no widget where that is raw anyway."""
    ways: dict[str, list[str]] = {}
    for analyzer in analyzers:
        ways.setdefault(caption(session, analyzer), []).append(analyzer)
    if not any(ways):
        return session
    words = [f"{', '.join(of)}: {way or 'Raw'}" for way, of in ways.items()] if len(ways) > 1 else list(ways)
    with st.container(horizontal=True, vertical_alignment="center"):
        shows_raw = st.toggle("Raw scores", key=f"raw_of_{session.id}")
        st.caption("As the analyzer gave them" if shows_raw else " · ".join(words))
    return raw(session) if shows_raw else session


def _moment(whole: float) -> float | None:
    """The moment that the address of the page marks, as in `/session?session=3&at=95.5`; the source ends at `whole`."""
    wanted = st.query_params.get("at")
    if wanted is None:
        return None
    with suppress(ValueError):
        if 0 <= float(wanted) <= whole:
            return float(wanted)
    st.warning(f"There is no moment {plain(wanted)} in this source: its seconds go from 0 to {whole:g}.")
    return None


def _plots(session: Session, source: Source, found: list[Evidence], people: pd.DataFrame, gaps: pd.DataFrame) -> None:
    whole = evidence.length(source, found)
    at = _moment(whole)
    start, end = reach = _choose_range(session, source, whole, at)
    parts = [own.within(start, end) for own in found]
    axis = {"gaps": timeline.merged_gaps(gaps, whole), "reach": reach, "at": at}

    several = len(parts) > 1
    if several:
        places, below = st.columns(len(parts), gap="large"), st.container()
    else:
        *places, below = st.columns([2, 3], gap="large")
    for place, part in zip(places, parts, strict=True):
        samples = int(part.windows["samples"].sum())
        with place:
            detail = f"{clock(start)} to {clock(end)} · {samples:,} samples"
            panels.headline(part, detail, key="session_shares", titled=several)
    lanes = {part.analyzer: part.lane(session, reach) for part in parts}
    with below:
        plot = figures.shares_over_time(list(lanes.values()), **axis)
        st.plotly_chart(plot, key="session_timeline", config=panels.PLOT)

    for part, of in panels.in_detail(parts):
        if part.windows.empty:
            continue
        key = f"session_{source.id}"
        panels.subject_lines(part, session, of, key=key, most=timeline.MOST_POINTS, plot=panels.PLOT, **axis)
        if part.kind == FACES:
            st.subheader("People seen" + plain(of))
            plot = figures.people_over_time(lanes[part.analyzer].rows, **axis)
            st.plotly_chart(plot, key=f"session_people_{part.analyzer}", config=panels.BARE_PLOT)
            there = people[(people["last_seconds"] >= start) & (people["first_seconds"] < end)]
            st.html(people_table(there, timeline.shares_by_subject(part.windows, part.labels), part.labels))


def _choose_range(session: Session, source: Source, whole: float, at: float | None) -> tuple[float, float]:
    """The stretch of stream time that plots and tables follow, in whole windows, from among at most MOST_MARKS.

    By default the whole; a new moment to mark begins with that again, so that the moment is inside.
    """
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
        key=f"range_of_{session.id}_{source.id}_{count}_{at}",
    )
    return (start, end) if end > start else (start, start + step)
