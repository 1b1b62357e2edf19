"""Events on pages: tiers to mark on, a form for a new event, a table to change them in, and what takes changes back."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from getpass import getuser
from typing import Any

import pandas as pd
import streamlit as st

from monitor.errors import MonitorError
from monitor.store import Session, Source, Store
from monitor.store.events import EXCLUDE, INTERVAL, MOMENT, Event, add_events, delete_events, edit_event, undo
from monitor.views.counts import number_of
from monitor.views.event_views import event_author, event_time, tiers_over_time
from monitor_dashboard import plots
from monitor_dashboard.words import plain

DEFAULT_TIER = "marks"
NEWEST = 3
"""Events that the live page lists."""


def marks(
    opened: Store,
    session: Session,
    source: Source,
    events: Sequence[Event],
    reach: tuple[float, float],
    at: float | None,
) -> None:
    """All `events` of a source, on the session page: a click fills the form with a moment, a drag with a stretch."""
    key = f"events_{source.id}"
    figure = tiers_over_time(events, reach=reach, at=at)

    def clicked(seconds: float) -> None:
        dragged(seconds, None)

    def dragged(start: float, end: float | None) -> None:
        inside = [None if each is None else round(min(max(each, reach[0]), reach[1]), 1) for each in (start, end)]
        st.session_state[f"{key}_from"], st.session_state[f"{key}_to"] = inside

    st.subheader("Events")
    plots.draw(figure, key=f"{key}_tiers", on_click=clicked, on_drag=dragged)
    st.caption("Click on the grey strip for a moment, drag over it for a stretch, then say what it is.")
    _form(opened, session, source, key)
    _said(key)
    if events:
        _editor(opened, events, key)


def mark_now(opened: Store, session: Session, source: Source, events: Sequence[Event]) -> None:
    """The live page's line of widgets: a label, and buttons that mark the newest moment, or begin and end a stretch.

    Below it stand the newest of the `events` of the source.
    """
    key = f"live_events_{source.id}"
    began: float | None = st.session_state.get(f"{key}_began")

    def newest() -> float:
        return next(each.seconds for each in opened.sources(session.id) if each.id == source.id)

    def label() -> str:
        return str(st.session_state[f"{key}_label"]).strip()

    def moment() -> None:
        _keep(opened, key, _event(session, source, newest(), None, label()))

    def stretch() -> None:
        if began is None:
            st.session_state[f"{key}_began"] = newest()
        else:
            del st.session_state[f"{key}_began"]
            _keep(opened, key, _event(session, source, began, newest(), label()))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Label", key=f"{key}_label", placeholder="what happens", width=260)
        st.button("Mark now", key=f"{key}_mark", on_click=moment, shortcut="M", icon=":material/flag:")
        words = "Begin a stretch" if began is None else f"End the stretch begun at {began:.1f} s"
        st.button(words, key=f"{key}_stretch", on_click=stretch, shortcut="S", icon=":material/width:")
        _undo_button(opened, session, key)
    _said(key)
    newest_first = [each for each in events if each.author != "machine"][::-1][:NEWEST]
    if newest_first:
        listed = " · ".join(f"{event_time(each)} {each.label or '(no label)'}" for each in newest_first)
        st.caption(f"Marked last: {plain(listed)}")


def _form(opened: Store, session: Session, source: Source, key: str) -> None:
    def mark() -> None:
        values: dict[str, Any] = {
            name: st.session_state[f"{key}_{name}"] for name in ("from", "to", "label", "tier", "excluded")
        }
        try:
            event = _event(session, source, values["from"], values["to"], values["label"], values["excluded"])
            kept = _keep(opened, key, replace(event, tier=(values["tier"] or DEFAULT_TIER).strip()))
        except MonitorError as error:
            st.session_state[f"{key}_said"] = str(error)
            return
        if kept:
            st.session_state.update({f"{key}_label": "", f"{key}_from": None, f"{key}_to": None})

    with st.container(horizontal=True, vertical_alignment="bottom"):
        end = source.seconds + session.every_seconds
        times: dict[str, Any] = {"min_value": 0.0, "max_value": end, "step": 0.1, "format": "%.1f", "width": 130}
        st.number_input("From (s)", value=None, key=f"{key}_from", **times)
        st.number_input("To (s)", value=None, key=f"{key}_to", help="Empty for a moment.", **times)
        st.text_input("Label", key=f"{key}_label", width=240)
        st.text_input("Tier", DEFAULT_TIER, key=f"{key}_tier", width=140)
        st.checkbox("Exclude", key=f"{key}_excluded", help="The stretch counts in no share, here and everywhere.")
        st.button("Mark", key=f"{key}_mark", on_click=mark, type="primary", icon=":material/flag:")
        _undo_button(opened, session, key)


def _undo_button(opened: Store, session: Session, key: str) -> None:
    def take_back() -> None:
        try:
            st.session_state[f"{key}_said"] = undo(opened, session.id)
        except MonitorError as error:
            st.session_state[f"{key}_said"] = str(error)

    help_ = "Takes back the last change to the events of this session; again and again, back to the first."
    st.button("Undo", key=f"{key}_undo", on_click=take_back, icon=":material/undo:", help=help_)


def _said(key: str) -> None:
    """What the last button had to say, once."""
    if said := st.session_state.pop(f"{key}_said", ""):
        st.info(plain(said))


def _editor(opened: Store, events: Sequence[Event], key: str) -> None:
    """The events as a table: cells can be changed, rows deleted."""
    table = editable(events)
    # a table of its own for each state of the events: changes that were made to another one are not made again
    own = f"{key}_table_{zlib.crc32(repr(events).encode())}"

    def changed() -> None:
        try:
            apply_changes(opened, events, st.session_state[own])
        except MonitorError as error:
            st.session_state[f"{key}_said"] = str(error)

    with st.expander(f"{number_of(len(events), 'event')}, to change or delete"):
        st.data_editor(
            table,
            key=own,
            on_change=changed,
            num_rows="delete",
            hide_index=True,
            disabled=["By"],
            placeholder="",
            column_config={
                name: st.column_config.NumberColumn(name, min_value=0.0, step=0.1, format="%.1f")
                for name in ("From (s)", "To (s)")
            },
        )


COLUMNS = {
    "From (s)": "start_seconds",
    "To (s)": "end_seconds",
    "Label": "label",
    "Tier": "tier",
    "Excluded": "kind",
    "Note": "note",
}
"""Column of the table -> field of an event."""


def editable(events: Sequence[Event]) -> pd.DataFrame:
    """The events as the table shows them."""
    rows = [
        (
            each.start_seconds,
            each.end_seconds,
            each.label,
            each.tier,
            each.kind == EXCLUDE,
            each.note,
            event_author(each),
        )
        for each in events
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, "By"]).astype({"To (s)": "float64"})


def apply_changes(opened: Store, events: Sequence[Event], changes: dict[str, Any]) -> None:
    """Bring what was changed in the table of `events` into the store; `changes` as Streamlit's data editor has them.

    Raises StoreError where an event can not be so.
    """
    for place, cells in changes["edited_rows"].items():
        event = events[int(place)]
        fields = {COLUMNS[name]: value for name, value in cells.items()}
        end = fields.get("end_seconds", event.end_seconds)
        excluded = fields.pop("kind", event.kind == EXCLUDE)
        assert event.id is not None
        edit_event(opened, event.id, **fields, kind=EXCLUDE if excluded else MOMENT if end is None else INTERVAL)
    if changes["deleted_rows"]:
        delete_events(opened, [id_ for place in changes["deleted_rows"] if (id_ := events[place].id) is not None])


def _event(
    session: Session, source: Source, start: float | None, end: float | None, label: str, excluded: bool = False
) -> Event:
    """A new event of a person; without an end a moment. Raises MonitorError where it can not be."""
    if start is None:
        raise MonitorError("Say when: click or drag on the strip, or type a time.")
    if excluded and end is None:
        raise MonitorError("Only a stretch can be excluded: it needs an end, too.")
    kind = EXCLUDE if excluded else MOMENT if end is None else INTERVAL
    return Event(session.id, kind, start, end, label.strip(), source_id=source.id, made_by=getuser())


def _keep(opened: Store, key: str, event: Event) -> bool:
    """Store an event; whether that went well."""
    try:
        add_events(opened, [event])
    except MonitorError as error:
        st.session_state[f"{key}_said"] = str(error)
        return False
    return True
