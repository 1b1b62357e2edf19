"""The page "People": names, joins and parts the people of a session. `/people?session=3&source=5` opens it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from monitor.errors import MonitorError
from monitor.store import Session, Source, Store
from monitor.store.identities import Identities
from monitor.store.track_views import track_views
from monitor_dashboard.page_parts import (
    choose_addressed_session,
    choose_addressed_source,
    plain,
    plain_errors,
    settings,
    store_with_sessions,
    uninterrupted,
)
from monitor_people.alike import alike, mixed_models
from monitor_people.page import board
from monitor_people.page.board_data import board_data
from monitor_people.page.clicked import carry_out
from monitor_people.remembering import other_models, proposals

HOW = (
    "Type a name above the pictures. Tick people to join them or to leave them out of all shares; click pictures to "
    "give tracks to somebody else. Every step can be undone."
)
SAID = "people_said"


@uninterrupted
def draw() -> None:
    with plain_errors():
        found = store_with_sessions()
        if found is None:
            return
        store, sessions = found
        with st.container(horizontal=True, vertical_alignment="bottom"):
            session = choose_addressed_session(sessions, "people_session")
            sources = store.sources(session.id)
            if not sources:
                st.info(f"Session {session.id} has no source.")
                return
            source = choose_addressed_source(session, sources, f"people_source_of_{session.id}")
            if session.state == "running":
                st.button(
                    "Look again",
                    icon=":material/refresh:",
                    help="This session is still running: there may be more people by now.",
                )
        _people(store, session, source)


def _people(store: Store, session: Session, source: Source) -> None:
    identities = Identities(store, session)
    for words, failed in st.session_state.pop(SAID, ()):
        st.toast(plain(words), icon=":material/error:" if failed else ":material/check:")
        if failed:
            st.error(plain(words), icon=":material/error:")
    people = [person for person in identities.people() if person.source_id == source.id]
    if not people:
        looked_for = store.samples(session, source_id=source.id, most=1)["faces"].notna().any()
        words = "No face was seen" if looked_for else "None of the session's analyzers looked for faces"
        st.info(f"{words} in this source.")
        return
    st.caption(HOW)
    remembers = settings().people.remember
    lost = other_models(identities, source.id) if remembers else ""
    for warning in filter(None, (mixed_models(identities), lost)):
        st.warning(plain(warning), icon=":material/compare_arrows:")
    proposed = proposals(identities, people) if remembers else []
    pairs = alike(identities, people)
    data = board_data(people, track_views(store, source.id), pairs, identities.edits(), proposed)

    def edit(clicked: Mapping[str, Any]) -> None:
        try:
            said = carry_out(identities, source.id, clicked, remembers=remembers), False
        except MonitorError as error:
            said = str(error), True
        st.session_state.setdefault(SAID, []).append(said)

    board.draw(data, key=f"people_of_{source.id}", on_edit=edit)
