"""The session page: any session over its whole length, or over a part of it."""

from __future__ import annotations

import math
from contextlib import suppress
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from monitor.readout import evidence, marked, short_windows, timeline
from monitor.readout.evidence import FACES, Evidence
from monitor.readout.measured import measures_by_subject
from monitor.readout.shown import caption, raw
from monitor.shares import WHOLE_FRAME
from monitor.store import Session, Source, Store
from monitor.store.shots import cuts
from monitor.views import figures, measure_views
from monitor.views.clock import clock, is_fine
from monitor.views.counts import number_of, samples_in_words
from monitor.views.people_table import people_table
from monitor_dashboard import choices, downloads, event_panel, links, panels, player, plots, recordings
from monitor_dashboard.opened import as_shown, plain_errors, store_with_sessions
from monitor_dashboard.uninterrupted import uninterrupted
from monitor_dashboard.words import plain, when

MOST_MARKS = 1000
PEOPLE_ON_A_PAGE = 50


@uninterrupted
def draw() -> None:
    with plain_errors():
        found = store_with_sessions()
        if found is None:
            return
        opened, sessions = found
        _chosen(opened, sessions)


def _chosen(opened: Store, sessions: list[Session]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        session = choices.choose_addressed_session(sessions, "chosen_session")
        sources = opened.sources(session.id)
        if not sources:
            st.info(f"Session {session.id} has no source.")
            return
        source = choices.choose_addressed_source(session, sources, f"source_of_{session.id}")
        analyzers = choices.choose_analyzers(session, f"analyzers_of_{session.id}")
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.state_badge(session.state)
        st.caption(
            f"Started {when(session.started_at)} · one sample every {session.every_seconds:g} s · "
            f"windows of {session.window_seconds:g} s"
        )
    if session.state == "running":
        st.info("This session is still running: you see what there is so far. The live page follows it.")
    if session.error:
        st.error(plain(session.error), icon=":material/error:")
    seen = _choose_shown(session, analyzers)
    found = evidence.gathered(opened, as_shown(opened), seen, source, analyzers)
    gaps, faults = opened.gaps(session, source_id=source.id), opened.faults(session, source_id=source.id)
    if all(own.windows.empty for own in found):
        sampled = number_of(source.frames_sampled, "sample")
        st.info(f"{plain(', '.join(analyzers))} observed nothing in this source, in {sampled}.")
    else:
        _plots(opened, session, source, found, gaps)
    st.subheader("Stream health")
    panels.stream_health(session, source, gaps, faults)
    st.subheader("Downloads")
    downloads.buttons(opened, session)


def _choose_shown(session: Session, analyzers: list[str]) -> Session:
    """The session as it is to be shown; no widget where that is raw anyway."""
    ways: dict[str, list[str]] = {}
    for analyzer in analyzers:
        ways.setdefault(caption(session, analyzer), []).append(analyzer)
    session = choices.choose_counting(session)
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


def _plots(opened: Store, session: Session, source: Source, found: list[Evidence], gaps: pd.DataFrame) -> None:
    whole, events = evidence.length(session, source, found), marked.of_source(opened, source)
    at = _moment(whole)
    start, end = reach = _choose_range(session, source, found[0].window_seconds, whole, at)
    all_parts = [own.within(start, end) for own in found]
    parts = evidence.with_shares(all_parts)
    axis: dict[str, Any] = {"gaps": marked.holes(gaps, source, events, whole), "reach": reach, "at": at}
    axis["cuts"] = cuts(opened, session.id, source.id, reach)

    several = len(parts) > 1
    places = st.columns(len(parts), gap="large") if several else []
    missing = recordings.absence(source)
    plays = source.kind == "file" and not missing
    beside, below = st.columns([2, 3], gap="large") if plays or not several else (st.empty(), st.container())
    if plays:
        with beside:
            player.draw(session, source, [part.analyzer for part in all_parts], at=at)
    elif source.kind == "file":
        below.caption(plain(missing))
    for place, part in zip(places or [beside], parts, strict=False):
        samples, counted = (int(part.windows[name].sum()) for name in ("samples", "counted"))
        with place:
            detail = f"{clock(start)} to {clock(end)} · {samples_in_words(samples, counted)}"
            panels.headline(part, detail, key="session_shares", titled=several)
    lanes = {part.analyzer: part.lane(reach) for part in parts}
    with below:
        if parts:
            plot = figures.shares_over_time(list(lanes.values()), events=events, **axis)
            plots.draw(plot, key=f"session_timeline_{source.id}", tools=True, zoom=str(reach))
        if short := short_windows.caption(session, source, reach):
            st.caption(short)
        if excluded := marked.exclusion(session, source, events):
            st.caption(f"{excluded}: it counts in no share, plot or table here.")
        event_panel.marks(opened, session, source, events, reach, at)
    panels.measures(session, source, all_parts, key="session", **axis)

    names = opened.names(source.id)
    for part, of in panels.in_detail(parts):
        if part.windows.empty:
            continue
        panels.subject_lines(
            part,
            source,
            of,
            key="session",
            names=names,
            tools=True,
            zoom=str(reach),
            **axis,
        )
        if part.kind == FACES:
            st.subheader("People seen" + plain(of))
            plot = figures.people_over_time(lanes[part.analyzer].rows, **axis)
            plots.draw(plot, key=f"session_people_{source.id}_{part.analyzer}", zoom=str(reach))
            people = _choose_people(opened, session, source, reach, part.analyzer)
            st.html(
                people_table(
                    people, timeline.shares_by_subject(part.windows, part.labels), part.labels, source.frames_sampled
                )
            )
    _measures_of_people(opened, session, source, all_parts, reach)
    if opened.count_people(session, source_id=source.id):
        links.draw(links.linked_pages(), session, source)


def _choose_people(
    opened: Store, session: Session, source: Source, reach: tuple[float, float], of: str
) -> pd.DataFrame:
    """People who were there within `reach`, a page of them; no widget where they fit on one."""
    there: dict[str, Any] = {"source_id": source.id, "start_seconds": reach[0], "end_seconds": reach[1]}
    pages = math.ceil(opened.count_people(session, **there) / PEOPLE_ON_A_PAGE)
    page = st.pagination(pages, key=f"people_page_{source.id}_{of}_{pages}") if pages > 1 else 1
    return opened.people(session, **there, most=PEOPLE_ON_A_PAGE, skip=(page - 1) * PEOPLE_ON_A_PAGE)


def _measures_of_people(
    opened: Store, session: Session, source: Source, parts: list[Evidence], reach: tuple[float, float]
) -> None:
    """A table of what each analyzer with measures measured of each subject, a page of people at a time."""
    uncounted = timeline.uncounted(part.windows for part in parts if part.labels)
    for part in parts:
        if part.measured is None or part.measured.empty:
            continue
        st.subheader(plain(f"Measures of each subject · {part.analyzer}"))
        values = part.measured
        if part.kind == FACES:
            people = _choose_people(opened, session, source, reach, f"measures_{part.analyzer}")
            values = values[values["subject"].isin([WHOLE_FRAME, *people["subject"]])]
        by_subject, names = measures_by_subject(values), opened.names(source.id)
        st.html(measure_views.measures_table(by_subject, part.measures, names, uncounted))
        st.caption("Mean and standard deviation; the meaning of a measure appears over its name.")


def _choose_range(
    session: Session, source: Source, window: float, whole: float, at: float | None
) -> tuple[float, float]:
    """The stretch of stream time that plots and tables follow, between ends of windows, of which at most MOST_MARKS are
    offered, and the end of the source.

    By default the whole; a new moment to mark begins with that again, so that the moment is inside.
    """
    step = window * math.ceil(whole / window / MOST_MARKS)
    count = math.ceil(whole / step - 1e-6)
    if count <= 1:
        return 0.0, whole
    marks = [*(number * step for number in range(count)), whole]
    start, end = st.select_slider(
        "Time range",
        marks,
        value=(marks[0], marks[-1]),
        format_func=partial(clock, tenths=is_fine(step)),
        key=f"range_of_{session.id}_{source.id}_{count}_{at}",
    )
    return (start, end) if end > start else (start, start + step)
