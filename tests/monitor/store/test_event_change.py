"""What a running session adds to its events is written once, and a person's hand goes before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.errors import StoreError
from monitor.store import Recorder, Store
from monitor.store.changes import Cursor, changes
from monitor.store.event_change import EventChange
from monitor.store.events import Event, delete_events, edit_event, events, undo

ALERT = Event(1, "moment", 2.5, label="angry", tier="alerts", author="machine", made_by="alerts", made_at=1.7e9 + 0.1)


@pytest.fixture(autouse=True)
def _session(store: Store) -> None:
    recorder = Recorder(store, name="one", every_seconds=0.5, window_seconds=5.0, labels={"a": ["yes", "no"]})
    recorder.add_source("a", "file")


def write(store: Store, change: EventChange) -> None:
    with store.engine.begin() as connection:
        change.write(connection)


def test_a_moment_and_then_an_interval_each_once(store: Store) -> None:
    for _ in "once", "and not twice":
        write(store, EventChange(ALERT))
        (event,) = events(store, 1)
        assert replace(event, id=None) == ALERT
    for _ in "once", "and not twice":
        write(store, EventChange(ALERT, 4.0))
        assert events(store, 1) == [replace(event, kind="interval", end_seconds=4.0)]
    write(store, EventChange(ALERT))
    assert len(events(store, 1)) == 1


def test_one_that_is_alike_but_later_is_another(store: Store) -> None:
    later = replace(ALERT, made_at=ALERT.made_at + 1)
    for each in ALERT, later:
        write(store, EventChange(each))
    write(store, EventChange(later, 4.0))
    assert [each.kind for each in events(store, 1)] == ["moment", "interval"]


def test_what_somebody_changed_or_deleted_has_no_end(store: Store) -> None:
    write(store, EventChange(ALERT))
    (event,) = events(store, 1)
    edited = edit_event(store, event.id, note="she laughs")
    write(store, EventChange(ALERT, 4.0))
    assert events(store, 1) == [edited]
    delete_events(store, [event.id])
    write(store, EventChange(ALERT, 4.0))
    assert events(store, 1) == []


def test_followers_see_it_and_no_undo_takes_it_back(store: Store) -> None:
    write(store, EventChange(ALERT))
    (told,) = [each for each in changes(store, store.session(1), Cursor()) if each.kind == "event"]
    assert told.facts["label"] == "angry"
    with pytest.raises(StoreError, match="no change of its events to undo"):
        undo(store, 1)


def test_a_line_of_text_and_back() -> None:
    for change in EventChange(ALERT), EventChange(ALERT, 4.0):
        assert EventChange.is_in(change.text())
        assert EventChange.of_text(change.text()) == change
    with pytest.raises(ValueError, match=r"delimiter|string"):
        EventChange.of_text(EventChange(ALERT).text()[:40])
