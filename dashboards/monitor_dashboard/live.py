"""The live page: what a running session sees, refreshed by one fragment."""

from __future__ import annotations

import math
from html import escape
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from monitor import figures, health, timeline
from monitor.clock import clock, span
from monitor.people_table import people_table
from monitor.shown import caption
from monitor.store import Session, Source, Store
from monitor_dashboard import choices, panels, picture, style
from monitor_dashboard.opened import as_shown, plain_errors, store_with_sessions
from monitor_dashboard.words import plain

REFRESH_SECONDS = 1.5
REACHES = {"2 min": 120.0, "10 min": 600.0, "1 h": 3600.0}
MOST_PEOPLE = 12
MOST_POINTS = 240
"""Points of one line; they are sent anew with every refresh."""


def draw() -> None:
    st.html(style.sheet())
    _follow()


@st.fragment(run_every=REFRESH_SECONDS)
def _follow() -> None:
    with plain_errors():
        found = store_with_sessions()
        if found is None:
            return
        opened, sessions = found
        with st.container(horizontal=True, vertical_alignment="bottom"):
            session = choices.choose_live_session(sessions)
            sources = opened.sources(session.id)
            if not sources:
                st.info(f"Session {session.id} has no source yet.")
                return
            source = choices.choose_source(sources, "live_source")
            analyzer = choices.choose_analyzer(session, "live_analyzer")
            reach = REACHES[st.segmented_control("Timeline", REACHES, default="2 min", required=True, key="live_reach")]
        _session(opened, session, source, analyzer, reach)


def _session(opened: Store, session: Session, source: Source, analyzer: str, reach: float) -> None:
    now = source.seconds
    labels = session.labels[analyzer]
    since = max(0.0, now - reach)
    lately = as_shown(opened).windows(session, analyzer, source_id=source.id, start_seconds=since)
    adjusted = caption(session, analyzer)
    gaps = panels.of_source(opened.gaps(session), source)
    people = opened.people(session, source_id=source.id, newest=MOST_PEOPLE)

    seen, said = st.columns([3, 2], gap="large")
    with seen:
        st.html(_picture(session, source))
    with said:
        _now(session, source, lately, labels)
        if adjusted:
            st.caption(adjusted)

    if lately.empty:
        st.info(_why_empty(session, source))
    else:
        _timelines(session, source, lately, labels, gaps, reach)
    if adjusted:  # totals are raw, and adjusting all windows would cost more with every hour
        people = people[people["last_seconds"] >= since]
    if len(people):
        st.subheader("People")
        sums = lately if adjusted else opened.totals(session, analyzer, source_id=source.id)
        st.html(people_table(people, timeline.shares_by_subject(sums, labels), labels))
        if adjusted:
            st.caption(f"Shares since {clock(since)}; the session page has those of the whole session.")
        if len(people) == MOST_PEOPLE:
            st.caption(f"The {MOST_PEOPLE} people seen last; the session page lists all.")
    st.subheader("Stream health")
    panels.stream_health(session, source, gaps, panels.of_source(opened.faults(session), source))


def _picture(session: Session, source: Source) -> str:
    """The live picture, or the plain sentence that says why there is none."""
    whole = f'<a href="session?session={session.id}" target="_self">Open the whole session</a>'
    if session.state != "running":
        error = f": {escape(session.error)}" if session.error else ""
        return _no_picture(f"Session {session.id} is {escape(session.state)}{error}. {whole}")
    state = health.state(session, source)
    if state in ("finished", "stopped", "failed"):
        return _no_picture(f"This source is {state}; others still run. {whole}")
    if session.picture_url is None:
        return _no_picture("The engine serves no live picture.")
    if source.id not in picture.sources_with_picture(session.picture_url):
        return _no_picture("Waiting for the first picture of this source.")
    return picture.picture_html(session.picture_url, source.id, _page_host())


def _no_picture(html: str) -> str:
    return f'<div class="no-picture"><div>{html}</div></div>'


def _page_host() -> str | None:
    """Host name by which the browser reached this page."""
    return urlsplit(st.context.url).hostname if st.context.url else None


def _now(session: Session, source: Source, lately: pd.DataFrame, labels: list[str]) -> None:
    """Shares of the newest one or two windows, all subjects together."""
    current = timeline.within(lately, source.seconds - session.window_seconds, math.inf)
    shares, samples = timeline.overall(current, labels)
    people = int((current["subject"].unique() > 0).sum())
    since = source.seconds if current.empty else float(current["start_seconds"].min())
    when = span(since, source.seconds)
    who = f" · {people} {'person' if people == 1 else 'people'}" if people else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.state_badge(health.state(session, source))
        st.caption(f"Session {session.id} · {plain(session.name)}")
    st.html(panels.headline_html(shares, f"{when} · {samples} samples{who}"))
    if samples:
        st.plotly_chart(figures.shares_bar(shares), key="live_now", config=panels.BARE_PLOT)


def _timelines(
    session: Session, source: Source, lately: pd.DataFrame, labels: list[str], gaps: pd.DataFrame, reach: float
) -> None:
    """Everyone's shares stacked, and one person's as lines."""
    shown = (max(0.0, source.seconds - reach), max(source.seconds, session.window_seconds))
    joined = timeline.merged_gaps(gaps, source.seconds)
    rows = timeline.share_rows(lately, labels, session.window_seconds, most=MOST_POINTS)
    st.subheader("Shares over time")
    st.plotly_chart(
        figures.stacked_area(rows, labels, gaps=joined, reach=shown), key="live_timeline", config=panels.BARE_PLOT
    )
    sampled = lately.groupby("subject")["samples"].sum()
    subjects = [int(subject) for subject in sampled.index]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("One person" if subjects[-1] else "Whole frame")
        subject = choices.choose_subject(subjects, int(sampled.idxmax()), "live_subject")
    person = timeline.of_subject(lately, subject)
    rows = timeline.share_rows(person, labels, session.window_seconds, most=MOST_POINTS)
    st.plotly_chart(
        figures.emotion_lines(rows, labels, gaps=joined, reach=shown), key="live_lines", config=panels.BARE_PLOT
    )


def _why_empty(session: Session, source: Source) -> str:
    if source.frames_sampled == 0:
        return "No frame of this source was analysed yet."
    return f"Nothing was observed in the last minutes, {source.frames_sampled:,} samples so far."
