"""The page "Similar moments": ask with a moment, a picture or an emotion, and see when it felt like this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from monitor.settings import Settings
from monitor.store import Session, Store
from monitor_dashboard.page_parts import plain, plain_errors, settings, store_with_sessions, titled, uninterrupted
from monitor_retrieval.index.location import index_folder
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import LIBRARY, Moment
from monitor_retrieval.page import query_widgets
from monitor_retrieval.query import cards
from monitor_retrieval.query.result import SearchResult
from monitor_retrieval.query.search import Scope, search_emotion, search_like, search_unusual
from monitor_retrieval.query.sessions import with_names

MOMENT, PICTURE, EMOTION = "A moment", "A picture", "An emotion"
COUNTS = (12, 24, 48, 96)
RECORD = "Record a session: `monitor run VIDEO --analyzers affective-retrieval`"
EVERYWHERE = "All sessions"
NOVELTY = (
    "Novelty is how far a frame is from the nearest earlier frame of the same source, its last seconds left out: high "
    "where something is seen for the first time."
)


@uninterrupted
def draw() -> None:
    st.html(f"<style>{cards.STYLE}</style>")
    with plain_errors():
        current = settings()
        found = store_with_sessions()
        if found is None:
            return
        store, sessions = found
        folder = index_folder(current)
        if not folder.is_dir():
            st.info(f"There is no index of moments in {plain(str(folder))} yet. {RECORD}")
            return
        index = MomentIndex(folder)
        known = index.sessions()
        sessions = [session for session in sessions if session.id in known]
        if sessions:
            _ask(current, index, store, sessions)
        else:
            st.info(f"No session has moments yet. {RECORD}")


def _ask(settings: Settings, index: MomentIndex, store: Store, sessions: Sequence[Session]) -> None:
    if "similar_how" not in st.session_state:
        st.session_state["similar_how"] = EMOTION if "emotion" in st.query_params else MOMENT
    how = st.segmented_control("Ask with", (MOMENT, PICTURE, EMOTION), required=True, key="similar_how")
    if how == EMOTION:
        label = query_widgets.choose_emotion(index.labels)
        _draw_result(index, store, sessions, lambda scope: search_emotion(index, label, scope), libraries=False)
        return
    if how == PICTURE:
        like = query_widgets.choose_picture(settings, index)
    else:
        like = query_widgets.choose_moment(index, store, sessions)
    if like is None:
        return
    scope = _draw_result(index, store, sessions, lambda scope: search_like(index, like, scope), libraries=True)
    if like.session != LIBRARY:
        _draw_unusual(index, store, sessions, like.session, scope)


def _draw_result(
    index: MomentIndex,
    store: Store,
    sessions: Sequence[Session],
    ask: Callable[[Scope], SearchResult],
    *,
    libraries: bool,
) -> Scope:
    """Choose where to look, and show what is found there."""
    places = {EVERYWHERE: Scope()} | {titled(session): Scope(session=session.id) for session in sessions}
    if libraries:
        places |= {f"Library {name}": Scope(library=name) for name in index.libraries()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.selectbox("Look in", list(places), key=f"similar_place_{libraries}")
        count = st.selectbox("Moments", COUNTS, key="similar_count", width=120)
        gap = st.number_input("Seconds between two", 0.0, 3600.0, 5.0, step=1.0, key="similar_gap", width=180)
    scope: Scope = replace(places.get(place, Scope()), count=count, min_gap_seconds=gap)
    result = with_names(ask(scope), store)
    st.subheader(plain(result.query))
    if result.moments:
        st.html(cards.cards(result, _names(sessions), _links(store)))
    else:
        st.info("There is no other moment to show: record more, or look elsewhere.")
    return scope


def _draw_unusual(index: MomentIndex, store: Store, sessions: Sequence[Session], session: int, scope: Scope) -> None:
    """The most novel moments of the session that the reader is in."""
    within = Scope(session=session, count=scope.count, min_gap_seconds=scope.min_gap_seconds)
    result = with_names(search_unusual(index, within), store)
    if result.moments:
        st.subheader(result.query)
        st.caption(NOVELTY)
        st.html(cards.cards(result, _names(sessions), _links(store)))


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
