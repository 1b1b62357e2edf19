"""The live page: what a running session sees, refreshed by one fragment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from markupsafe import Markup

from monitor.readout import evidence, health, marked, short_windows, timeline
from monitor.readout.evidence import SCENE, Evidence
from monitor.readout.newest import MOST_PEOPLE, Newest, newest
from monitor.readout.shown import caption
from monitor.store import Session, Source, Store
from monitor.store.records import slow_stage
from monitor.views import figures
from monitor.views.clock import clock, span
from monitor.views.counts import number_of, samples_in_words
from monitor.views.people_table import people_table
from monitor_dashboard import choices, event_panel, links, panels, picture, plots
from monitor_dashboard.opened import as_shown, plain_errors, store_with_sessions
from monitor_dashboard.words import plain

REFRESH_SECONDS = 1.5
REACHES = {"2 min": 120.0, "10 min": 600.0, "1 h": 3600.0}


def draw() -> None:
    with st.container(key="live"):  # style.py keeps what is in it from fading at every refresh
        _follow(links.linked_pages())


@st.fragment(run_every=REFRESH_SECONDS)
def _follow(linked: Mapping[str, str]) -> None:
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
        session = choices.choose_counting(session)
        _session(opened, session, source, analyzers, reach, linked)


def _session(
    opened: Store,
    session: Session,
    source: Source,
    analyzers: list[str],
    reach: float,
    linked: Mapping[str, str],
) -> None:
    seen_last = newest(opened, as_shown(opened), session, source, analyzers, reach)
    since, found, events = seen_last.since, seen_last.found, seen_last.events
    shares = evidence.with_shares(found)

    seen, said = st.columns([3, 2], gap="large")
    with seen:
        st.html(_picture(session, source))
    with said:
        _now(session, source, shares)

    axis: dict[str, Any] = {
        "gaps": marked.holes(seen_last.gaps, source, events, source.seconds),
        "reach": (since, max(source.seconds, session.window_seconds)),
    }
    if all(own.windows.empty for own in found):
        st.info(_why_empty(session, source))
    elif shares:
        st.subheader("Shares over time")
        lanes = [own.lane(axis["reach"]) for own in shares]
        plots.draw(figures.shares_over_time(lanes, events=events, **axis), key=f"live_timeline_{source.id}")
        if short := short_windows.caption(session, source, axis["reach"]):
            st.caption(short)
        if excluded := marked.exclusion(session, source, events):
            st.caption(f"{excluded}: it counts in no share, plot or table here.")
    if session.state == "running":
        event_panel.mark_now(opened, session, source, events)
    panels.measures(session, source, found, key="live", **axis)
    for own, of in panels.in_detail(shares):
        if len(own.windows):
            panels.subject_lines(own, source, of, key="live", names=seen_last.names, **axis)
        if own.kind != SCENE:
            _people(session, source, own, of, seen_last)
    if len(seen_last.people):
        links.draw(linked, session, source)
    st.subheader("Stream health")
    panels.stream_health(session, source, seen_last.gaps, seen_last.faults)


def _picture(session: Session, source: Source) -> Markup:
    """The live picture, or the plain sentence that says why there is none."""
    whole = Markup('<a href="session?session={}" target="_self">Open the whole session</a>').format(session.id)
    if session.state != "running":
        error = f": {session.error}" if session.error else ""
        return _no_picture(f"Session {session.id} is {session.state}{error}.", whole)
    state = health.state(session, source)
    if state in ("finished", "stopped", "failed"):
        return _no_picture(f"This source is {state}, while other sources of the session are still running.", whole)
    if session.picture_url is None:
        return _no_picture("The engine serves no live picture.")
    if source.id not in picture.sources_with_picture(session.picture_url):
        return _no_picture("Waiting for the first picture of this source.")
    return picture.picture_html(session.picture_url, source.id, _page_host())


def _no_picture(words: str, link: Markup | None = None) -> Markup:
    return Markup('<div class="no-picture"><div>{} {}</div></div>').format(words, link or "")


def _page_host() -> str | None:
    """Host name by which the browser reached this page."""
    return urlsplit(st.context.url).hostname if st.context.url else None


def _now(session: Session, source: Source, found: list[Evidence]) -> None:
    """Shares of the newest one or two windows, all subjects together, of each analyzer."""
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.state_badge(health.state(session, source))
        st.caption(f"Session {session.id} · {plain(session.name)}")
        if session.state == "running" and (held_up := slow_stage(session.stages_ms)):
            st.caption(f":material/hourglass_top: {plain(held_up)}")
    several = len(found) > 1
    places = [place for _ in found[::2] for place in st.columns(2)] if several else [st.container()]
    for place, own in zip(places, found, strict=False):
        current = own.within(source.seconds - session.window_seconds, math.inf)
        samples, counted = (int(current.windows[name].sum()) for name in ("samples", "counted"))
        people = int((current.windows["subject"].unique() > 0).sum())
        since = float(current.windows["start_seconds"].min()) if samples else source.seconds
        who = f" · {people} {'person' if people == 1 else 'people'}" if people else ""
        detail = f"{span(since, source.seconds)} · {samples_in_words(samples, counted)}{who}"
        with place:
            panels.headline(current, detail, key="live_now", titled=several)
            if adjusted := caption(session, own.analyzer):
                st.caption(adjusted)


def _people(session: Session, source: Source, own: Evidence, of: str, seen_last: Newest) -> None:
    """The people seen last, as one analyzer saw them; `of` ends the heading."""
    adjusted, people, since = caption(session, own.analyzer), seen_last.people, seen_last.since
    if adjusted:
        people = people[people["last_seconds"] >= since]
    if people.empty:
        return
    st.subheader("People" + plain(of))
    sums = seen_last.sums[own.analyzer]
    st.html(people_table(people, timeline.shares_by_subject(sums, own.labels), own.labels, source.frames_sampled))
    if adjusted:
        st.caption(f"Shares since {clock(since)}; the session page has those of the whole session.")
    if len(people) == MOST_PEOPLE:
        st.caption(f"The {MOST_PEOPLE} people seen last; the session page lists all.")


def _why_empty(session: Session, source: Source) -> str:
    if source.frames_sampled == 0:
        return "No frame of this source was analysed yet."
    return f"Nothing was observed in the last minutes, {number_of(source.frames_sampled, 'sample')} so far."
