"""The page "Archive": how far the queue of recordings is, what has failed and why, and the sessions that came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from monitor.store import Source, Store, queue
from monitor.store.queue import DONE, FAILED, HELD, RUNNING, WAITING, Progress, Recording
from monitor.views.clock import clock
from monitor.views.counts import number_of
from monitor_dashboard.page_parts import plain_errors, store_with_sessions

REFRESH_SECONDS = 2.0
MOST_DONE = 200
"""Recordings that are done, in the table; all are sessions, and listed as such."""
SHORT_SECONDS = 60.0
"""Times of recordings shorter than that are told to a tenth of a second."""
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
    size = progress.sizes.total()
    parts = progress.sizes if size else progress.counts  # empty files have no size
    done = parts[DONE] / parts.total()
    whole = f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
    st.progress(done, text=f"{100 * done:.0f} % of {whole if size else number_of(parts.total(), 'recording')} done")


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
                **_place(each, _part(each)),
                "At": _time(source, source.seconds) if source and source.frames_sampled else "about to begin",
                "Of": _time(source, source.duration_seconds) if source and source.duration_seconds else UNKNOWN,
                "Speed": f"{source.realtime_factor:.1f} x" if source and source.realtime_factor else UNKNOWN,
                "Worker": each.worker,
                "Session": _address(each),
            }
        )
    _table(rows)


def _time(source: Source, seconds: float) -> str:
    """A moment of a source, with tenths of a second where it is short."""
    return clock(seconds, tenths=(source.duration_seconds or SHORT_SECONDS) < SHORT_SECONDS)


def _place(recording: Recording, part: str = "") -> dict[str, str]:
    """The name of a recording and the folder, in columns of their own: tables cut long words off at the end."""
    path, mark, query = recording.shown_path.partition("?")
    folder, name = os.path.split(path)
    return {"Recording": name + mark + query + part, "Folder": folder}


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
    _table([{**_place(each), "Reason": each.error} for each in recordings])
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
            **_place(each),
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
