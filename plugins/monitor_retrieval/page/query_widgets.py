"""Widgets that choose what the page "Similar moments" searches for: a moment, a picture or an emotion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from monitor.readout import evidence, timeline
from monitor.settings import Settings
from monitor.sources.pictures import SUFFIXES
from monitor.store import Session, Source, Store
from monitor.views import figures
from monitor.views.plot_layout import DAY
from monitor_dashboard.page_parts import as_shown, choose_source, draw_plot, plain, titled
from monitor_retrieval.analyzer import NAME, AffectiveRetrieval
from monitor_retrieval.embedding import embed_picture, make_analyzer
from monitor_retrieval.index.location import model_identity
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment
from monitor_retrieval.page.timeline import novelty_line
from monitor_retrieval.query.cards import card

START = datetime(1970, 1, 1)
"""Stream time zero on a slider, which takes points in time."""


def choose_moment(index: MomentIndex, store: Store, sessions: Sequence[Session]) -> Moment | None:
    """A moment of a source, by slider or by a click on its timeline.

    The address of the page names it, as in `/similar?session=3&source=5&at=65.5`.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        session = _choose_session(sessions)
        source = _choose_source(session, store.sources(session.id))
    rows = index.novelty(session.id, source.name)
    if rows.empty:
        st.info(f"The index holds no moments of {plain(source.name)}.")
        return None
    left, right = st.columns([1, 3], gap="large")
    with right:
        above = st.container()
        seconds = _choose_seconds(session, source, rows)
        with above:
            _draw_timeline(store, session, source, rows, seconds)
    moment = index.near(session.id, seconds, source.name)
    with left:
        st.html(card(moment, {session.id: session.name}))
    st.query_params.from_dict({"session": str(session.id), "source": str(source.id), "at": f"{moment.seconds:g}"})
    return moment


def choose_picture(settings: Settings, index: MomentIndex) -> Moment | None:
    """A picture that the reader uploads, as the analyzer sees it; no address can hold it."""
    st.query_params.clear()
    left, right = st.columns([1, 3], gap="large")
    with right:
        endings = sorted(suffix[1:] for suffix in SUFFIXES)
        file = st.file_uploader("Picture", endings, help="It is looked at on this machine and not kept.")
    if file is None:
        return None
    analyzer, alone = _analyzer(settings)
    MomentIndex(index.folder, model=model_identity(analyzer.artifact))  # an error where another model made the index
    with alone:
        picture = embed_picture(file, file.name, analyzer)
    with left:
        st.html(card(picture, {}))
    return picture


def choose_emotion(labels: Sequence[str]) -> str:
    """One of the model's emotions; the address of the page names it, as in `/similar?emotion=awe`."""
    if "similar_emotion" not in st.session_state:
        wanted = st.query_params.get("emotion", labels[0])
        if wanted not in labels:
            st.warning(f"There is no emotion {plain(wanted)} in the index; this is {plain(labels[0])}.")
        st.session_state["similar_emotion"] = wanted if wanted in labels else labels[0]
    chosen = st.pills("Emotion", labels, required=True, key="similar_emotion") or labels[0]
    st.query_params.from_dict({"emotion": chosen})
    return chosen


@st.cache_resource(show_spinner="Loading the model", max_entries=1, hash_funcs={Settings: Settings.model_dump_json})
def _analyzer(settings: Settings) -> tuple[AffectiveRetrieval, Lock]:
    """The analyzer, and what keeps two readers from using it at once."""
    return make_analyzer(settings), Lock()


def _choose_session(sessions: Sequence[Session]) -> Session:
    by_id = {session.id: session for session in sessions}
    wanted = st.query_params.get("session", "")
    if wanted and "similar_session" not in st.session_state:
        if wanted in map(str, by_id):
            st.session_state["similar_session"] = int(wanted)
        else:
            st.warning(f"Session {plain(wanted)} has no moments in the index; this is the newest that has.")
    chosen = st.selectbox(
        "Session", list(by_id), format_func=lambda number: titled(by_id[number]), key="similar_session"
    )
    return by_id.get(chosen) or sessions[0]


def _choose_source(session: Session, sources: Sequence[Source]) -> Source:
    key = f"similar_source_of_{session.id}"
    wanted = next((source for source in sources if str(source.id) == st.query_params.get("source")), None)
    if wanted is not None and key not in st.session_state:
        st.session_state[key] = wanted.id
    source: Source = choose_source(sources, key)
    return source


def _choose_seconds(session: Session, source: Source, rows: pd.DataFrame) -> float:
    """Stream time of a frame; at first that in the page's address, else the most novel one."""
    times = rows["seconds"].to_numpy()
    first, last = float(times[0]), float(times[-1])
    if first == last:
        return first
    key = _slider_key(source)
    if key not in st.session_state:
        linked = _linked_seconds(session, source)
        novel = float(times[rows["novelty"].fillna(0).to_numpy().argmax()])
        st.session_state[key] = _on_slider(times, novel if linked is None else linked)
    fraction = "" if float(session.every_seconds).is_integer() else ".S"
    chosen = st.slider(
        "Moment",
        START + timedelta(seconds=first),
        START + timedelta(seconds=last),
        step=timedelta(seconds=session.every_seconds),
        format=f"{'[day] DDD, ' if last >= DAY else ''}{'H:' if last >= 3600 else ''}mm:ss{fraction}",
        key=key,
        help="Or click into a plot.",
    )
    return (chosen - START).total_seconds()


def _linked_seconds(session: Session, source: Source) -> float | None:
    """The time in the page's address, where that is of this source, or of none."""
    address = st.query_params
    if address.get("session") != str(session.id) or address.get("source", str(source.id)) != str(source.id):
        return None
    try:
        return float(address["at"])
    except (KeyError, ValueError):
        return None


def _draw_timeline(store: Store, session: Session, source: Source, rows: pd.DataFrame, seconds: float) -> None:
    """Emotions and novelty over time; a click on either moves the slider."""
    times = rows["seconds"].to_numpy()
    reach = (0.0, max(float(times[-1]), session.every_seconds))
    drawn = {}
    labels = session.labels.get(NAME, [])
    if labels:
        (own,) = evidence.gathered(store, as_shown(store), session, source, [NAME])
        shares = timeline.share_rows(own.windows, labels, own.window_seconds)
        if len(shares):
            drawn["emotions"] = figures.stacked_area(shares, labels, reach=reach, at=seconds).update_layout(height=260)
    drawn["novelty"] = novelty_line(rows, reach=reach, at=seconds)
    for name, figure in drawn.items():
        draw_plot(
            figure.update_layout(hoverdistance=-1),
            key=f"similar_{name}_{source.id}",
            on_click=lambda clicked: _move_slider(source, times, clicked),
        )


def _move_slider(source: Source, times: NDArray[np.float64], seconds: float) -> None:
    st.session_state[_slider_key(source)] = _on_slider(times, seconds)


def _slider_key(source: Source) -> str:
    return f"similar_moment_of_{source.id}"


def _on_slider(times: NDArray[np.float64], seconds: float) -> datetime:
    """The sampled time nearest to `seconds`."""
    return START + timedelta(seconds=float(times[np.abs(times - seconds).argmin()]))
