"""Pieces that the live page and the session page share; each draws itself from rows it is given."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from monitor.readout import health, timeline
from monitor.readout.evidence import FACES, Evidence
from monitor.store import Session, Source
from monitor.views import figures, measure_views
from monitor.views.clock import clock, span
from monitor.views.counts import number_of
from monitor.views.html import render, table
from monitor_dashboard import choices, plots
from monitor_dashboard.words import STATE_COLOURS, plain


def headline(evidence: Evidence, detail: str, *, key: str, titled: bool) -> None:
    """Shares of all that `evidence` holds: the strongest label in large letters and a bar for each."""
    shares, samples = timeline.overall(evidence.windows, evidence.labels)
    st.html(headline_html(shares, detail, evidence.absence, evidence.title if titled else ""))
    for doubt in evidence.doubts:
        st.caption(f":material/help: {plain(doubt)}")
    if samples:
        plots.draw(figures.shares_bar(shares), key=f"{key}_{evidence.analyzer}")


def headline_html(shares: Mapping[str, float], detail: str, absence: str, title: str) -> Markup:
    """The strongest label in large letters, or the words `absence`; `title` is HTML, or empty."""
    top = max(shares, key=lambda label: shares[label]) if any(shares.values()) else None
    return render(
        "headline.html",
        package="monitor_dashboard",
        title=Markup(title),
        top=top,
        share=shares[top] if top else 0.0,
        absence=absence[:1].upper() + absence[1:],
        detail=detail,
    )


def in_detail(found: Sequence[Evidence]) -> list[tuple[Evidence, str]]:
    """That of which subjects are drawn one by one, faces or the only one, each with what ends the headings then."""
    chosen = [own for own in found if own.kind == FACES or len(found) == 1]
    return [(own, f" · {own.analyzer}" if len(chosen) > 1 else "") for own in chosen]


def subject_lines(
    evidence: Evidence,
    source: Source,
    of: str,
    *,
    key: str,
    names: Mapping[int, str],
    tools: bool = False,
    zoom: str | None = None,
    **axis: Any,
) -> None:
    """One person's shares as lines, or the whole frame's where there is no person.

    `of` ends the heading; `names` has those of people; `tools` and `zoom` are passed on to `plots.draw`, `axis` to the
    figure.
    """
    sampled = evidence.windows.groupby("subject")["samples"].sum()
    subjects = sampled.index.astype(int).tolist()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(("One person" if subjects[-1] else "Whole frame") + plain(of))
        subject = choices.choose_subject(
            subjects, subjects[int(sampled.argmax())], f"{key}_subject_{source.id}_{evidence.analyzer}", names
        )
    own = timeline.of_subject(evidence.windows, subject)
    rows = timeline.share_rows(own, evidence.labels, evidence.window_seconds, reach=axis["reach"])
    figure = figures.emotion_lines(rows, evidence.labels, **axis)
    plots.draw(figure, key=f"{key}_lines_{source.id}_{evidence.analyzer}", tools=tools, zoom=zoom)


def measures(session: Session, source: Source, found: Sequence[Evidence], *, key: str, **axis: Any) -> None:
    """A plot for each chosen measure of each analyzer that has any, two beside each other; `axis` is the figures'."""
    for own in found:
        if own.measured is None or own.measured.empty:
            continue
        st.subheader("Measures" + (plain(f" · {own.analyzer}") if len(found) > 1 else ""))
        chosen = choices.choose_measures(own.measures, f"{key}_measures_{session.id}_{own.analyzer}")
        places = [place for _ in chosen[::2] for place in st.columns(2)]
        for place, measure in zip(places, chosen, strict=False):
            with place:
                st.caption(plain(measure_views.title(measure)), help=plain(measure.meaning))
                rows = own.measure_rows(measure, axis["reach"])
                figure = measure_views.measure_over_time(rows, measure, **axis)
                plots.draw(figure, key=f"{key}_{source.id}_{own.analyzer}_{measure.name}")


def state_badge(state: str) -> None:
    st.badge(state, color=STATE_COLOURS.get(state, "gray"))  # type: ignore[arg-type]


def stream_health(session: Session, source: Source, gaps: pd.DataFrame, faults: pd.DataFrame) -> None:
    """Rates, lag and losses of one source; `gaps` and `faults` are those of the source."""
    state = health.state(session, source)
    if state == "reconnecting":
        reason = plain(str(gaps["reason"].iloc[-1])) if len(gaps) else "no frames"
        st.warning(f"Reconnecting to the source: {reason}.", icon=":material/sync_problem:")
    if source.error:
        st.error(plain(source.error), icon=":material/error:")
    dropped = sum(source.frames_dropped.values())
    live = source.kind == "live"
    tiles = [
        (
            "Analysed per second",
            f"{source.samples_per_second:.1f}",
            f"Samples per second of wall clock. One sample is every {session.every_seconds:g} s of the source.",
        ),
        (
            ("Behind live", f"{source.lag_seconds:.2f} s", "Age of the newest sample when its analysis began.")
            if live
            else ("Speed", f"{source.realtime_factor:.1f} x", "Seconds of video per second of work.")
        ),
        ("Samples", f"{source.frames_sampled:,}", f"Of {source.frames_decoded:,} decoded frames."),
        ("Dropped frames", f"{dropped:,}", _reasons(source)),
        ("Gaps", f"{len(gaps):,}", "Stretches in which a live source gave no frames."),
        ("Faults", f"{len(faults):,}", "Batches that an analyzer failed on; their samples are not in the shares."),
    ]
    with st.container(horizontal=True, gap="small"):
        for name, value, explanation in tiles:
            st.metric(name, value, help=plain(explanation), border=True)
    if dropped:
        st.caption(f"Dropped: {plain(_reasons(source))}")
    if len(gaps):
        with st.expander(f"Gaps ({len(gaps)})"):
            absent = [(_gap_time(gap), gap["reason"]) for gap in gaps.to_dict("records")]
            st.html(table(["When", "Why"], absent, kind="fault-list"))
    if len(faults):
        lost = int(faults["samples"].sum())
        with st.expander(f"Faults ({len(faults)}, {number_of(lost, 'sample')} lost)"):
            rows = [
                (clock(fault["seconds"]), fault["analyzer"], str(fault["samples"]), fault["message"])
                for fault in faults.tail(50).to_dict("records")
            ]
            st.html(table(["When", "Analyzer", "Samples lost", "Message"], rows, kind="fault-list"))


def _reasons(source: Source) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(source.frames_dropped.items())) or "none"


def _gap_time(gap: Mapping[Hashable, object]) -> str:
    start, end = float(str(gap["start_seconds"])), float(str(gap["end_seconds"]))
    return f"since {clock(start)}" if pd.isna(end) else span(start, end)
