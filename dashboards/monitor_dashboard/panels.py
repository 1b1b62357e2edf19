"""Pieces that the live page and the session page share; each draws itself from rows it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from monitor import figures, health, timeline
from monitor.clock import clock, span
from monitor.colours import colour
from monitor.evidence import FACES, Evidence
from monitor.store import Session, Source
from monitor_dashboard import choices
from monitor_dashboard.words import STATE_COLOURS, plain

PLOT = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}
"""Options of every plot."""
BARE_PLOT = {"displayModeBar": False}


def headline(evidence: Evidence, detail: str, *, key: str, titled: bool) -> None:
    """Shares of all that `evidence` holds: the strongest label in large letters and a bar for each."""
    shares, samples = timeline.overall(evidence.windows, evidence.labels)
    st.html(headline_html(shares, detail, evidence.absence, evidence.title if titled else ""))
    if samples:
        st.plotly_chart(figures.shares_bar(shares), key=f"{key}_{evidence.analyzer}", config=BARE_PLOT)


def headline_html(shares: Mapping[str, float], detail: str, absence: str, title: str) -> str:
    """The strongest label in large letters, or the words `absence`; `title` is HTML, or empty."""
    if any(shares.values()):
        top = max(shares, key=lambda label: shares[label])
        words = (
            f'<span class="dot" style="background:{colour(top)}"></span>'
            f'<span class="label">{escape(top)}</span><span class="share">{100 * shares[top]:.0f} %</span>'
        )
    else:
        words = f'<span class="label">{escape(absence[:1].upper() + absence[1:])}</span>'
    above = f'<div class="title">{title}</div>' if title else ""
    return f'<div class="headline">{above}<div>{words}</div><div class="detail">{escape(detail)}</div></div>'


def in_detail(found: Sequence[Evidence]) -> list[tuple[Evidence, str]]:
    """That of which subjects are drawn one by one, faces or the only one, each with what ends the headings then."""
    chosen = [own for own in found if own.kind == FACES or len(found) == 1]
    return [(own, f" · {own.analyzer}" if len(chosen) > 1 else "") for own in chosen]


def subject_lines(
    evidence: Evidence, session: Session, of: str, *, key: str, most: int, plot: Mapping[str, Any], **axis: Any
) -> None:
    """One person's shares as lines, or the whole frame's where there is no person.

    `of` ends the heading; `plot` is passed on to Streamlit, `axis` to the figure.
    """
    sampled = evidence.windows.groupby("subject")["samples"].sum()
    subjects = [int(subject) for subject in sampled.index]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(("One person" if subjects[-1] else "Whole frame") + plain(of))
        subject = choices.choose_subject(subjects, int(sampled.idxmax()), f"{key}_subject_{evidence.analyzer}")
    own = timeline.of_subject(evidence.windows, subject)
    rows = timeline.share_rows(own, evidence.labels, session.window_seconds, most=most)
    st.plotly_chart(
        figures.emotion_lines(rows, evidence.labels, **axis), key=f"{key}_lines_{evidence.analyzer}", config=plot
    )


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
        ("Sampling", f"{source.samples_per_second:.1f} /s", f"One sample every {session.every_seconds:g} s is wanted."),
        (
            ("Behind live", f"{source.lag_seconds:.2f} s", "Age of the newest sample when it was stored.")
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
            st.html(_table(("When", "Why"), [(_gap_time(gap), gap["reason"]) for gap in gaps.to_dict("records")]))
    if len(faults):
        lost = int(faults["samples"].sum())
        with st.expander(f"Faults ({len(faults)}, {lost} samples lost)"):
            rows = [
                (clock(fault["seconds"]), fault["analyzer"], str(fault["samples"]), fault["message"])
                for fault in faults.tail(50).to_dict("records")
            ]
            st.html(_table(("When", "Analyzer", "Samples lost", "Message"), rows))


def of_source(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Rows of one source."""
    return frame[frame["source_id"] == source.id]


def _reasons(source: Source) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(source.frames_dropped.items())) or "none"


def _gap_time(gap: Mapping[str, object]) -> str:
    start, end = float(str(gap["start_seconds"])), float(str(gap["end_seconds"]))
    return f"since {clock(start)}" if pd.isna(end) else span(start, end)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    cells = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f'<table class="fault-list"><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>'
