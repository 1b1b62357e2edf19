"""The page Compare: sessions, groups, people, before and after an event, inside and outside a tier."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from monitor.store import Session, Store
from monitor.store.events import EXCLUDE, events
from monitor_dashboard import page_parts
from monitor_studies import figures
from monitor_studies.conclusions import conclusions
from monitor_studies.quick_study import Side, quick_study
from monitor_studies.report import COMPARED, report_html
from monitor_studies.running import Result, run_study
from monitor_studies.study_file import StudyFile
from monitor_studies.table_text import as_text

SESSIONS, PEOPLE, EVENT, TIER = "Sessions or groups", "People", "Before and after an event", "Inside and outside a tier"


@page_parts.uninterrupted
def draw() -> None:
    with page_parts.plain_errors():
        found = page_parts.store_with_sessions()
        if found is not None:
            _page(*found)


def _page(store: Store, sessions: Sequence[Session]) -> None:
    way = st.segmented_control(
        "What", [SESSIONS, PEOPLE, EVENT, TIER], default=SESSIONS, required=True, key="compare_way"
    )
    study = _wanted(store, sessions, str(way))
    if study is None:
        return
    if st.button("Compare", type="primary", icon=":material/compare_arrows:", key="compare_run"):
        with st.spinner("Comparing …"):
            st.session_state["compare_result"] = run_study(store, study), study
    result, of = st.session_state.get("compare_result", (None, None))
    if result is not None and of == study:
        _show(result)


def _wanted(store: Store, sessions: Sequence[Session], way: str) -> StudyFile | None:
    """The study that the widgets ask for; None, having said why, where they do not ask for one yet."""
    titles = {str(session.id): page_parts.titled(session) for session in sessions}
    after = inside = None
    if way == SESSIONS:
        sides = [Side(_sessions(f"{name} side", titles, key=f"compare_{name}")) for name in ("First", "Second")]
    elif way == PEOPLE:
        several = (_person(store, sessions, titles, name, place) for place, name in enumerate(("First", "Second")))
        sides = [side for side in several if side]
    else:
        sides = [Side(_sessions("Sessions", titles, key="compare_within"))]
        places = _places(store, sides[0], way)
        if sides[0].sessions and not places:
            what = "Nothing" if way == EVENT else "No stretch"
            st.info(
                f"{what} is marked in all of these sessions; the session page and `monitor mark` mark moments and "
                "stretches."
            )
            return None
        if places and way == EVENT:
            after = st.selectbox("Event", places, key="compare_event")
        elif places:
            inside = st.selectbox("Tier, or one label on it", places, key="compare_tier")
    if any(not side.sessions for side in sides) or (len(sides) == 1 and after is None and inside is None):
        st.caption("Choose what is compared: the first side minus the second.")
        return None
    if len(sides) == 2 and sides[0] == sides[1]:
        st.caption("Both sides are the same: choose something else on one of them.")
        return None
    first = next(session for session in sessions if str(session.id) == sides[0].sessions[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        analyzers = [name for name in first.analyzers if first.labels[name]]
        analyzer = st.selectbox("Analyzer", analyzers, key="compare_analyzer", width=260)
        labels = st.multiselect(
            "Labels and measures",
            [*first.labels[analyzer], *(each.name for each in first.measures.get(analyzer, []))],
            key=f"compare_labels_{analyzer}",
            placeholder="all",
            help="Fewer labels, milder corrections: choose before looking.",
            width=420,
        )
        seed = st.number_input("Seed", min_value=0, value=0, step=1, key="compare_seed", width=120)
    return quick_study(sides, after=after, inside=inside, labels=labels or None, analyzer=analyzer, seed=int(seed))


def _places(store: Store, side: Side, way: str) -> list[str]:
    """Labels of events, or tiers and labels on them, that each of the sessions has."""
    found = []
    for key in side.sessions:
        marked = [each for each in events(store, int(key)) if each.kind != EXCLUDE]
        lasting = [each for each in marked if each.end_seconds is not None]
        found.append(
            {each.label for each in marked}
            if way == EVENT
            else {each.tier for each in lasting} | {f"{each.tier}:{each.label}" for each in lasting}
        )
    return sorted(set.intersection(*found)) if found else []


def _sessions(label: str, titles: dict[str, str], key: str) -> list[str]:
    """Numbers of the sessions that are chosen, in their own order, whatever the order in which they were."""
    return sorted(st.multiselect(label, list(titles), format_func=titles.__getitem__, key=key), key=int)


def _person(store: Store, sessions: Sequence[Session], titles: dict[str, str], name: str, place: int) -> Side | None:
    """A person of a session, at first the one at that place; None, having said so, where nobody was seen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(f"{name} session", list(titles), format_func=titles.__getitem__, key=f"compare_of_{name}")
        session = next(each for each in sessions if str(each.id) == key)
        people = store.people(session, thumbnails=False).to_dict("records")
        if not people:
            st.caption("Nobody was seen in this session.")
            return None
        several = len({each["source_id"] for each in people}) > 1
        words = {
            (each["source"], int(each["subject"])): _who(each["subject"], each["name"])
            + (f" in {each['source']}" if several else "")
            for each in people
        }
        source, subject = st.selectbox(
            f"{name} person",
            list(words),
            index=min(place, len(words) - 1),
            format_func=words.__getitem__,
            key=f"compare_who_{name}_{key}",
        )
    return Side([key], person=subject, source=source)


def _who(subject: int, name: object) -> str:
    return name if isinstance(name, str) else f"Person {subject}"


def _show(result: Result) -> None:
    rows = result.comparisons
    for sentence in conclusions(rows, result.measures):
        st.info(page_parts.plain(sentence), icon=":material/balance:")
    for remark in result.remarks:
        st.caption(page_parts.plain(remark))
    labels = rows[~rows["label"].isin(result.measures)]
    if len(labels):
        page_parts.draw_plot(figures.differences(labels), key="compare_differences")
    st.dataframe(as_text(rows[COMPARED], result.measures), hide_index=True)
    with st.expander("Shares of each session"):
        st.dataframe(as_text(result.shares, result.measures), hide_index=True)
    st.download_button(
        "Report (HTML)",
        lambda: report_html(result),
        "comparison.html",
        "text/html",
        on_click="ignore",
        icon=":material/download:",
        key="compare_report",
    )
