from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import Recorder, Store, tables
from monitor.store.events import (
    Event,
    add_events,
    delete_events,
    edit_event,
    events,
    replace_tier,
    undo,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two sessions with one source each, of 100 seconds."""
    with Store(tmp_path / "events.db", create=True) as opened:
        for name in ("one", "two"):
            recorder = Recorder(opened, name=name, every_seconds=0.5, window_seconds=5.0, labels={"a": ["yes", "no"]})
            recorder.update_source(recorder.add_source("talk.mp4", "file"), seconds=99.5)
            recorder.finish("finished")
        yield opened


def without_numbers(found: list[Event]) -> list[tuple[str, float]]:
    return [(event.label, event.start_seconds) for event in found]


def test_events_come_back_in_the_order_of_their_times(store):
    late = Event(1, "interval", 20.0, 30.0, "question", tier="topics", source_id=1, note="loud", colour="#ff0000")
    early = Event(1, "moment", 3.5, label="smile", author="program", made_by="eye-tracker")
    kept = add_events(store, [late, early])
    assert [event.id for event in kept] == [1, 2]
    found = events(store, 1)
    assert found == [kept[1], kept[0]]
    assert found[0].made_at > 1e9
    assert (found[1].note, found[1].colour, found[1].source_id) == ("loud", "#ff0000", 1)
    assert without_numbers(events(store, 1, tiers=["topics"])) == [("question", 20.0)]
    assert events(store, 2) == []


def test_an_undo_leaves_another_session_as_it_is_though_both_were_changed_at_one_moment(store):
    add_events(store, [Event(1, "moment", 1.0, label="a")])
    add_events(store, [Event(2, "moment", 2.0, label="b")])
    with store.engine.begin() as connection:
        connection.execute(tables.event_edits.update().values(batch=1))
    assert undo(store, 1) == "undone: adding 1 event"
    assert without_numbers(events(store, 1) + events(store, 2)) == [("b", 2.0)]
    assert undo(store, 2) == "undone: adding 1 event"


def test_every_change_can_be_undone_one_after_the_other(store):
    [first] = add_events(store, [Event(1, "moment", 1.0, label="a")])
    add_events(store, [Event(1, "moment", 2.0, label="b"), Event(1, "moment", 3.0, label="c")])
    add_events(store, [Event(2, "moment", 9.0, label="of the other session")])
    edit_event(store, first.id, label="A", start_seconds=1.5)
    delete_events(store, [1, 3])
    assert without_numbers(events(store, 1)) == [("b", 2.0)]
    assert undo(store, 1) == "undone: deleting 2 events"
    assert without_numbers(events(store, 1)) == [("A", 1.5), ("b", 2.0), ("c", 3.0)]
    assert undo(store, 1) == "undone: changing 1 event"
    assert events(store, 1)[0] == first
    assert undo(store, 1) == "undone: adding 2 events"
    assert events(store, 1) == [first]
    undo(store, 1)
    assert events(store, 1) == []
    with pytest.raises(StoreError, match="no change of its events to undo"):
        undo(store, 1)
    assert len(events(store, 2)) == 1


def test_a_deleted_event_keeps_its_number_for_when_it_comes_back(store):
    [gone] = add_events(store, [Event(1, "moment", 1.0, label="gone")])
    delete_events(store, [gone.id])
    add_events(store, [Event(2, "moment", 1.0, label="of the other session")])
    undo(store, 1)
    assert events(store, 1) == [gone]


def test_the_machine_replaces_its_own_finds_and_nobody_elses(store):
    add_events(store, [Event(1, "moment", 1.0, label="mine", tier="peaks")])
    replace_tier(store, 1, "peaks", [Event(1, "interval", 2.0, 4.0, "anger")])
    replace_tier(store, 1, "peaks", [Event(1, "interval", 6.0, 7.0, "joy")])
    assert without_numbers(events(store, 1)) == [("mine", 1.0), ("joy", 6.0)]
    assert undo(store, 1) == "undone: adding 1 event"  # of a person: what the machine does can be done again
    assert without_numbers(events(store, 1)) == [("joy", 6.0)]


def test_what_the_machine_found_again_stays_as_it_is(store):
    found = [Event(1, "interval", 2.0, 4.0, "anger"), Event(1, "interval", 6.0, 7.0, "joy")]
    first = replace_tier(store, 1, "peaks", found)
    assert replace_tier(store, 1, "peaks", found) == first
    assert [event.author for event in first] == ["machine", "machine"]
    later = replace_tier(store, 1, "peaks", [*found, Event(1, "interval", 9.0, 10.0, "fear")])
    assert later[:2] == first


def test_a_persons_hand_goes_before_the_machines(store):
    found = [Event(1, "interval", 2.0, 4.0, "anger"), Event(1, "interval", 6.0, 7.0, "joy")]
    anger, joy = replace_tier(store, 1, "peaks", found)
    delete_events(store, [anger.id])
    edited = edit_event(store, joy.id, label="laughter")
    assert edited.author == "human"
    replace_tier(store, 1, "peaks", found)
    assert without_numbers(events(store, 1)) == [("laughter", 6.0)]
    undo(store, 1)
    assert without_numbers(events(store, 1)) == [("joy", 6.0)]
    replace_tier(store, 1, "peaks", found)
    undo(store, 1)
    assert without_numbers(events(store, 1)) == [("anger", 2.0), ("joy", 6.0)]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"kind": "momnt", "start_seconds": 1.0}, "kinds: moment, interval, exclude"),
        ({"kind": "moment", "start_seconds": -1.0}, "times count from 0"),
        ({"kind": "moment", "start_seconds": float("nan")}, "times count from 0"),
        ({"kind": "moment", "start_seconds": 1.0, "end_seconds": 2.0}, "a moment and has no end"),
        ({"kind": "interval", "start_seconds": 3.0, "end_seconds": 3.0}, "must end after it starts"),
        ({"kind": "exclude", "start_seconds": 3.0}, "must end after it starts"),
        ({"kind": "exclude", "start_seconds": 3.0, "end_seconds": float("inf")}, "must end after it starts"),
        ({"kind": "moment", "start_seconds": 1.0, "tier": " "}, "lies on no tier"),
        ({"kind": "moment", "start_seconds": 1.0, "author": "nobody"}, "by human, machine, program"),
    ],
)
def test_events_that_cannot_be(facts, said):
    with pytest.raises(StoreError, match=said):
        Event(1, label="x", **facts)


def test_places_that_do_not_exist(store):
    with pytest.raises(StoreError, match="no session 9"):
        add_events(store, [Event(1, "moment", 1.0), Event(9, "moment", 1.0)])
    with pytest.raises(StoreError, match="source 2 is not of session 1"):
        add_events(store, [Event(1, "moment", 1.0, source_id=2)])
    with pytest.raises(StoreError, match="no event 5"):
        delete_events(store, [5])
    assert events(store, 1) == []


def test_nobody_marks_what_begins_after_the_end_of_a_session(store):
    told = "event 'late' begins at 100.5 s; session 1 ends at 100 s"
    with pytest.raises(StoreError, match=told):
        add_events(store, [Event(1, "moment", 100.5, label="late")])
    with pytest.raises(StoreError, match=told):
        add_events(store, [Event(1, "interval", 100.5, 200.0, label="late", source_id=1, author="program")])
    last, _, left = add_events(
        store,
        [
            Event(1, "moment", 100.0),
            Event(1, "exclude", 99.0, 1e6),
            Event(1, "moment", 101.0, label="left", author="machine"),
        ],
    )
    with pytest.raises(StoreError, match="begins at 107 s"):
        edit_event(store, last.id, start_seconds=107.0)
    with pytest.raises(StoreError, match="begins at 103 s"):
        edit_event(store, left.id, start_seconds=103.0)
    assert edit_event(store, left.id, note="was marked").start_seconds == 101.0


def test_a_session_that_runs_may_reach_further(store):
    recorder = Recorder(store, name="live", every_seconds=0.5, window_seconds=5.0, labels={"a": ["yes", "no"]})
    recorder.add_source("camera", "live")
    assert add_events(store, [Event(recorder.session_id, "moment", 3.0)])
