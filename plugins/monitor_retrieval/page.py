"""The page "Similar moments": ask with a moment, a picture or an emotion, and see when it felt like this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from monitor.settings import Settings
from monitor.store import Session, Store
from monitor_dashboard import opened, style
from monitor_dashboard.words import plain, titled
from monitor_retrieval import cards, page_query
from monitor_retrieval.answer import Answer
from monitor_retrieval.asking import Among, ask_emotion, ask_like, ask_unusual
from monitor_retrieval.index import MomentIndex, index_folder
from monitor_retrieval.moment import LIBRARY, Moment

MOMENT, PICTURE, EMOTION = "A moment", "A picture", "An emotion"
COUNTS = (12, 24, 48, 96)
RECORD = "Record a session: `monitor run VIDEO --analyzers affective-retrieval`"
EVERYWHERE = "All sessions"
NOVELTY = (
    "Novelty is how far a frame is from the nearest earlier frame of the same source, its last seconds left out: high "
    "where something is seen for the first time."
)


def draw() -> None:
    st.html(f"{style.sheet()}<style>{cards.STYLE}</style>")
    with opened.plain_errors():
        settings = opened.settings()
        found = opened.store_with_sessions()
        if found is None:
            return
        store, sessions = found
        folder = index_folder(settings)
        if not folder.is_dir():
            st.info(f"There is no index of moments in {plain(str(folder))} yet. {RECORD}")
            return
        index = MomentIndex(folder)
        known = index.sessions()
        sessions = [session for session in sessions if session.id in known]
        if sessions:
            _ask(settings, index, store, sessions)
        else:
            st.info(f"No session has moments yet. {RECORD}")


def _ask(settings: Settings, index: MomentIndex, store: Store, sessions: Sequence[Session]) -> None:
    how = st.segmented_control("Ask with", (MOMENT, PICTURE, EMOTION), default=MOMENT, required=True, key="similar_how")
    if how == EMOTION:
        label = page_query.choose_emotion(index.labels)
        _draw_answer(index, store, sessions, lambda among: ask_emotion(index, label, among), libraries=False)
        return
    if how == PICTURE:
        like = page_query.choose_picture(settings, index)
    else:
        like = page_query.choose_moment(index, store, sessions)
    if like is None:
        return
    among = _draw_answer(index, store, sessions, lambda among: ask_like(index, like, among), libraries=True)
    if like.session != LIBRARY:
        _draw_unusual(index, store, sessions, like.session, among)


def _draw_answer(
    index: MomentIndex, store: Store, sessions: Sequence[Session], ask: Callable[[Among], Answer], *, libraries: bool
) -> Among:
    """Choose where to look, and show what is found there."""
    places = {EVERYWHERE: Among()} | {titled(session): Among(session=session.id) for session in sessions}
    if libraries:
        places |= {f"Library {name}": Among(library=name) for name in index.libraries()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.selectbox("Look in", list(places), key=f"similar_place_{libraries}")
        count = st.selectbox("Moments", COUNTS, key="similar_count", width=120)
        gap = st.number_input("Seconds between two", 0.0, 3600.0, 5.0, step=1.0, key="similar_gap", width=180)
    among: Among = replace(places.get(place, Among()), count=count, min_gap_seconds=gap)
    answer = ask(among)
    st.subheader(plain(answer.asked))
    if answer.moments:
        st.html(cards.cards(answer, _names(sessions), _links(store)))
    else:
        st.info("There is no other moment to show: record more, or look elsewhere.")
    return among


def _draw_unusual(index: MomentIndex, store: Store, sessions: Sequence[Session], session: int, among: Among) -> None:
    """The most novel moments of the session that the reader is in."""
    answer = ask_unusual(index, Among(session=session, count=among.count, min_gap_seconds=among.min_gap_seconds))
    if answer.moments:
        st.subheader(answer.asked)
        st.caption(NOVELTY)
        st.html(cards.cards(answer, _names(sessions), _links(store)))


def _names(sessions: Sequence[Session]) -> dict[int, str]:
    return {session.id: session.name for session in sessions}


def _links(store: Store) -> cards.Links:
    """To a moment's place in its session, and to what is like it; pictures of a library have neither."""
    sources: dict[int, dict[str, int]] = {}

    def links(moment: Moment) -> dict[str, str]:
        if moment.session == LIBRARY:
            return {}
        if moment.session not in sources:
            sources[moment.session] = {source.name: source.id for source in store.sources(moment.session)}
        source = sources[moment.session].get(moment.source, "")
        place = urlencode({"session": moment.session, "source": source, "at": f"{moment.seconds:g}"})
        return {"Open session": f"session?{place}", "More like this": f"similar?{place}"}

    return links
