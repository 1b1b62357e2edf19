"""The live page: what a running session sees, refreshed by one fragment."""

from __future__ import annotations

import math
from html import escape
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from monitor import evidence, figures, health, timeline
from monitor.clock import clock, span
from monitor.evidence import SCENE, Evidence
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
            analyzers = choices.choose_analyzers(session, f"live_analyzers_of_{session.id}")
            reach = REACHES[st.segmented_control("Timeline", REACHES, default="2 min", required=True, key="live_reach")]
        _session(opened, session, source, analyzers, reach)


def _session(opened: Store, session: Session, source: Source, analyzers: list[str], reach: float) -> None:
    since = max(0.0, source.seconds - reach)
    found = evidence.gathered(opened, as_shown(opened), session, source, analyzers, since)
    gaps = panels.of_source(opened.gaps(session), source)
    people = opened.people(session, source_id=source.id, newest=MOST_PEOPLE)

    seen, said = st.columns([3, 2], gap="large")
    with seen:
        st.html(_picture(session, source))
    with said:
        _now(session, source, found)

    axis = {
        "gaps": timeline.merged_gaps(gaps, source.seconds),
        "reach": (since, max(source.seconds, session.window_seconds)),
    }
    if all(own.windows.empty for own in found):
        st.info(_why_empty(session, source))
    else:
        st.subheader("Shares over time")
        lanes = [own.lane(session, axis["reach"], most=MOST_POINTS) for own in found]
        st.plotly_chart(figures.shares_over_time(lanes, **axis), key="live_timeline", config=panels.BARE_PLOT)
    for own, of in panels.in_detail(found):
        if len(own.windows):
            panels.subject_lines(own, session, of, key="live", most=MOST_POINTS, plot=panels.BARE_PLOT, **axis)
        if own.kind != SCENE:
            _people(opened, session, source, own, of, people, since)
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


def _now(session: Session, source: Source, found: list[Evidence]) -> None:
    """Shares of the newest one or two windows, all subjects together, of each analyzer."""
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.state_badge(health.state(session, source))
        st.caption(f"Session {session.id} · {plain(session.name)}")
    several = len(found) > 1
    places = [place for _ in found[::2] for place in st.columns(2)] if several else [st.container()]
    for place, own in zip(places, found, strict=False):
        current = own.within(source.seconds - session.window_seconds, math.inf)
        samples = int(current.windows["samples"].sum())
        people = int((current.windows["subject"].unique() > 0).sum())
        since = float(current.windows["start_seconds"].min()) if samples else source.seconds
        who = f" · {people} {'person' if people == 1 else 'people'}" if people else ""
        detail = f"{span(since, source.seconds)} · {samples} samples{who}"
        with place:
            panels.headline(current, detail, key="live_now", titled=several)
            if adjusted := caption(session, own.analyzer):
                st.caption(adjusted)


def _people(
    opened: Store, session: Session, source: Source, own: Evidence, of: str, people: pd.DataFrame, since: float
) -> None:
    """The people seen last, as one analyzer saw them; `of` ends the heading."""
    adjusted = caption(session, own.analyzer)
    if adjusted:  # totals are raw, and adjusting all windows would cost more with every hour
        people = people[people["last_seconds"] >= since]
    if people.empty:
        return
    st.subheader("People" + plain(of))
    sums = own.windows if adjusted else opened.totals(session, own.analyzer, source_id=source.id)
    st.html(people_table(people, timeline.shares_by_subject(sums, own.labels), own.labels))
    if adjusted:
        st.caption(f"Shares since {clock(since)}; the session page has those of the whole session.")
    if len(people) == MOST_PEOPLE:
        st.caption(f"The {MOST_PEOPLE} people seen last; the session page lists all.")


def _why_empty(session: Session, source: Source) -> str:
    if source.frames_sampled == 0:
        return "No frame of this source was analysed yet."
    return f"Nothing was observed in the last minutes, {source.frames_sampled:,} samples so far."
