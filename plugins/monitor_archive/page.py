"""The page "Archive": how far the queue of recordings is, what has failed and why, and the sessions that came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from monitor.store import Store, queue
from monitor.store.queue import DONE, FAILED, HELD, RUNNING, WAITING, Progress, Recording
from monitor.views.clock import clock
from monitor_dashboard.page_parts import plain_errors, store_with_sessions

REFRESH_SECONDS = 2.0
MOST_DONE = 200
"""Recordings that are done, in the table; all are sessions, and listed as such."""
UNKNOWN = "\N{EN DASH}"
EMPTY = "No recording was ever queued here. Analyse a whole folder: `monitor batch FOLDER`"


def draw() -> None:
    with plain_errors():
        found = store_with_sessions()
        if found is not None:
            _archive(found[0])


@st.fragment(run_every=REFRESH_SECONDS)
def _archive(store: Store) -> None:
    with plain_errors():
        progress = queue.progress(store)
        if not progress.counts:
            st.info(EMPTY)
            return
        _summary(progress)
        _buttons(store, progress)
        _running(store, queue.recordings(store, state=RUNNING))
        _failed(store, queue.recordings(store, state=FAILED))
        _done(queue.newest(store, MOST_DONE), progress.counts[DONE])


def _summary(progress: Progress) -> None:
    with st.container(horizontal=True, gap="small"):
        for state in (DONE, RUNNING, WAITING, HELD, FAILED):
            st.metric(state.capitalize(), f"{progress.counts[state]:,}", border=True)
    ended, whole = progress.sizes[DONE] + progress.sizes[FAILED], progress.sizes.total()
    share = ended / whole if whole else 1.0
    size = f"{whole / 1e9:,.1f} GB" if whole >= 1e9 else f"{whole / 1e6:,.0f} MB"
    st.progress(share, text=f"{100 * share:.0f} % of {size}")


def _buttons(store: Store, progress: Progress) -> None:
    counts = progress.counts
    if counts[WAITING] + counts[RUNNING]:
        told = "Store what is in progress, and take nothing more"
        st.button("Hold", on_click=queue.hold, args=(store,), icon=":material/pause:", help=told)
        if not counts[RUNNING]:
            st.caption("If nothing works on what is waiting, run `monitor batch` without a path.")
    elif counts[HELD]:
        st.button(
            "Go on",
            on_click=queue.let_go,
            args=(store,),
            icon=":material/play_arrow:",
            help="Continue where it stopped",
        )


def _running(store: Store, recordings: list[Recording]) -> None:
    if not recordings:
        return
    st.subheader("Running")
    rows = []
    for each in recordings:
        (source, *_) = [*(store.sources(each.session_id) if each.session_id else []), None]
        rows.append(
            {
                "Recording": each.shown_path + _part(each),
                "At": clock(source.seconds) if source else "about to begin",
                "Of": clock(source.duration_seconds) if source and source.duration_seconds else UNKNOWN,
                "Speed": f"{source.realtime_factor:.1f} x" if source else UNKNOWN,
                "Worker": each.worker,
                "Session": _address(each),
            }
        )
    _table(rows)


def _part(recording: Recording) -> str:
    """Which part of it a piece is, in words."""
    start, until = recording.start_seconds, recording.until_seconds
    if start is None:
        return ""
    return f", from {clock(start)}" + ("" if until is None else f" to {clock(until)}")


def _failed(store: Store, recordings: list[Recording]) -> None:
    if not recordings:
        return
    st.subheader("Failed")
    _table([{"Recording": each.shown_path, "Reason": each.error} for each in recordings])
    st.button("Try again", on_click=queue.try_again, args=(store,), icon=":material/refresh:")


def _done(newest: list[Recording], count: int) -> None:
    """The newest of so many."""
    if not newest:
        return
    st.subheader("Done")
    if len(newest) < count:
        st.caption(f"The newest {len(newest)} of {count:,}")
    rows = [
        {
            "Recording": each.shown_path,
            "MB": round(each.size / 1e6, 1),
            "Ended": pd.Timestamp(each.ended_at or 0.0, unit="s", tz="UTC"),
            "Session": _address(each),
        }
        for each in newest
    ]
    _table(rows)


def _address(recording: Recording) -> str:
    """Of its session's page; empty where it has none yet."""
    return "" if recording.session_id is None else f"/session?session={recording.session_id}"


def _table(rows: Sequence[Mapping[str, object]]) -> None:
    session = st.column_config.LinkColumn("Session", display_text=r"session=(\d+)")
    ended = st.column_config.DatetimeColumn("Ended", format="D MMM YYYY, HH:mm")
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config={"Session": session, "Ended": ended})
