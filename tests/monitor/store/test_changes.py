"""What became known of a session, told once each, wherever one takes it up again."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from monitor.engine.tracker import Tracker
from monitor.plugin import Measure
from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.store.changes import Change, changes, end_of, observation_page, people_page, window_page
from monitor.store.cursor import Cursor
from monitor.store.events import Event, add_events, delete_events, edit_event, undo
from monitor.store.identities import Identities
from tests.made_up_session import MadeUpSession


def everything(
    store: Store, session: Session, after: Cursor, until: Cursor | None = None, most: int = 500
) -> list[Change]:
    told: list[Change] = []
    while found := changes(store, session, told[-1].cursor if told else after, until, most):
        told += found
    return told


@pytest.fixture
def made_up(store: Store) -> MadeUpSession:
    return MadeUpSession(store)


def test_every_row_is_told_once_as_it_comes(store: Store, made_up: MadeUpSession) -> None:
    told: list[Change] = []
    cursor = Cursor()
    for _ in range(6):
        made_up.play(10)
        made_up.recorder.flush(force=True)
        for change in everything(store, store.session("latest"), cursor):
            told.append(change)
            cursor = change.cursor
    running = store.session("latest")
    assert changes(store, running, cursor) == []
    assert cursor == end_of(store, running)
    counts = Counter(change.kind for change in told)
    raw = store.observations(running)
    assert counts["observation"] == len(raw)
    assert counts["fault"] == 1
    people = [(change.facts["change"], change.facts["subject"]) for change in told if change.kind == "person"]
    assert people == [("new", 1), ("new", 1), ("new", 2), ("end", 1)]
    gaps = [change.facts for change in told if change.kind == "gap"]
    assert [(gap["start_seconds"], gap["end_seconds"]) for gap in gaps] == [(30.0, None), (30.0, 45.0)]
    windows = {(change.facts["source"], change.facts["start_seconds"]) for change in told if change.kind == "window"}
    assert len(windows) == counts["window"]
    assert max(start for _, start in windows) < 60 - 5 + 0.5  # the window under way is not told
    made_up.recorder.finish("finished")
    rest = everything(store, store.session("latest"), cursor)
    assert {change.kind for change in rest} == {"window", "person"}
    ends = [change.facts for change in rest if change.kind == "person"]
    assert [(end["change"], end["last_seconds"]) for end in ends] == [("end", 39.5), ("end", 59.5), ("end", 59.5)][1:]


@pytest.mark.parametrize(("most", "step"), [(29, 113), (500, 41)])
def test_taken_up_anywhere_nothing_is_missed_or_told_twice(
    store: Store, made_up: MadeUpSession, most: int, step: int
) -> None:
    made_up.play(40)  # into the camera's gap
    made_up.recorder.flush(force=True)
    session = store.session("latest")
    whole = everything(store, session, Cursor(), most=most)
    until = end_of(store, session)
    made_up.play(20)
    made_up.recorder.flush(force=True)
    session = store.session("latest")
    for position in range(0, len(whole), step):
        told = whole[: position + 1]
        resumed = everything(store, session, Cursor.parse(str(told[-1].cursor)), until, most)
        assert keys(told + resumed) == keys(whole)
    later = everything(store, session, until, most=most)
    assert keys(whole + later) == keys(everything(store, session, Cursor(), most=most)) + Counter(
        {("gap", 2, 30.0, None): 1}  # told while it lasted, and again when it had ended
    )


def keys(told: list[Change]) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            change.kind,
            change.facts["source"],
            change.facts.get("seconds", change.facts.get("start_seconds", change.facts.get("subject"))),
            (change.facts.get("analyzer"), change.facts.get("subject"), change.facts.get("change"))
            if change.kind in ("observation", "person")
            else change.facts.get("end_seconds"),
        )
        for change in told
    )


def test_a_track_ends_when_the_tracker_forgets_it(store: Store) -> None:
    """Whatever comes when, the ends that are told are those that a tracker decides on."""
    recorder = Recorder(store, name="t", every_seconds=1, window_seconds=5, labels={})
    source = recorder.add_source("door", "live")
    recorder.update_source(source, state="running")
    tracker, cursor, gone = Tracker(), Cursor(), set()
    places = {1: (0.1, 0.1, 0.2, 0.2), 2: (0.7, 0.7, 0.8, 0.8)}
    there = {1: (0, 1, 2, 6.5), 2: (0, 1, 3, 4, 4.5, 9)}
    for number, seconds in enumerate((0, 1, 2, 3, 4, 4.5, 5, 6.5, 9, 9.1, 9.2, 12.5)):
        faces = tracker.update([Face(places[who], 0.9) for who in places if seconds in there[who]], seconds)
        frame = Frame(np.zeros((8, 8, 3), np.uint8), float(seconds), source, number)
        recorder.add_sample(source, Sample(frame, faces), faces_looked_for=True)
        recorder.update_source(source, seconds=float(seconds))
        recorder.flush(force=True)
        followed = {person.track for person in tracker._people}
        found = everything(store, store.session("latest"), cursor)
        cursor = found[-1].cursor if found else cursor
        ended = {change.facts["subject"] for change in found if change.facts["change"] == "end"}
        assert end_of(store, store.session("latest")) == cursor
        known = {row["subject"] for row in people_page(store, store.session("latest"), 100)}
        gone |= ended
        assert gone == known - followed
    assert gone == {1, 2}
    recorder.finish("stopped")


def test_what_is_changed_by_hand_is_told(store: Store, made_up: MadeUpSession) -> None:
    made_up.play(40)
    session = store.session("latest")
    (old,) = add_events(store, [Event(session.id, "moment", 3.0, label="smile")])
    cursor = end_of(store, session)
    identities = Identities(store, session)
    identities.name(identities.people()[0], "Ada")
    identities.merge(identities.people()[:2])
    edit_event(store, old.id, label="laughter")
    (new,) = add_events(store, [Event(session.id, "interval", 1.0, 2.0, source_id=made_up.file)])
    delete_events(store, [old.id])
    found = everything(store, session, cursor)
    told = [(change.facts["change"], change.facts["subject"], change.facts["person"], change.facts["name"])
            for change in found if change.kind == "person"]  # fmt: skip
    assert told == [("update", 1, 1, "Ada"), ("update", 2, 1, "Ada")]
    marks = [change.facts for change in found if change.kind == "event"]
    assert [(mark["id"], mark["deleted"], mark.get("source")) for mark in marks] == [
        (new.id, False, made_up.file),
        (old.id, True, None),
    ]
    cursor = Cursor.parse(str(found[-1].cursor))
    assert (cursor, everything(store, session, cursor)) == (end_of(store, session), [])
    identities.undo()
    undo(store, session.id)
    back = everything(store, session, cursor)
    assert [change.facts["person"] for change in back if change.kind == "person"] == [1, 2]
    assert [change.facts["label"] for change in back if change.kind == "event"] == ["laughter"]
    everything_told = everything(store, session, Cursor())
    assert sum(change.kind == "event" for change in everything_told) == 2


@pytest.mark.parametrize(
    "text", ["", "x1", "o", "o1.w2", "o1.w2-", "o1 ", "o" + 30 * "9", "o1.f2.g3.l-1", "e1-12-3", f"e1-{'f' * 16}-1"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no part of a cursor"):
        Cursor.parse(text)


def test_measures_are_told_by_name(store: Store) -> None:
    yaw = Measure("yaw", "degrees", -90, 90, "How far the head is turned.")
    recorder = Recorder(
        store, name="m", every_seconds=1, window_seconds=2, labels={"pose": []}, measures={"pose": [yaw]}
    )
    source = recorder.add_source("a.mp4", "file")
    for number, value in enumerate((10.0, 30.0, None)):
        frame = Frame(np.zeros((4, 4, 3), np.uint8), float(number), source, number)
        measures = {} if value is None else {"yaw": value}
        recorder.add_sample(source, Sample(frame, (Face((0, 0, 1, 1), 1.0, None, 1),)), faces_looked_for=True)
        recorder.add_observations(source, number, [Observation("pose", source, float(number), 1, measures=measures)])
    recorder.update_source(source, seconds=2.0, state="finished")
    recorder.finish("finished")
    session = store.session("latest")
    assert [facts["measures"] for _, facts in observation_page(store, session, 0, 10)] == [{"yaw": 10}, {"yaw": 30}, {}]
    first, second = window_page(store, session, 0, None, 10)
    (seen,) = first["subjects"]
    assert (seen["subject"], seen["shares"]) == (1, {})
    assert seen["measures"] == {"yaw": {"count": 2, "mean": 20, "standard_deviation": 10, "low": 10, "high": 30}}
    assert second["subjects"][0]["measures"] == {}
