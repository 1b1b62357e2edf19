from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.readout import marked
from monitor.readout.timeline import GAP_COLUMNS
from monitor.store import Recorder, Session, Source, Store
from monitor.store.events import Event, add_events


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[tuple[Store, Session, Source]]:
    """A camera of a minute that was gone from 30 to 40 s, and another source."""
    with Store(tmp_path / "store.db", create=True) as store:
        recorder = Recorder(store, name="day", every_seconds=0.5, window_seconds=5.0, labels={"a": ["yes", "no"]})
        door = recorder.add_source("door", "live")
        hall = recorder.add_source("hall", "live")
        recorder.open_gap(door, 30.0, "no frames")
        recorder.close_gap(door, 40.0)
        for source in (door, hall):
            recorder.update_source(source, seconds=59.5)
        recorder.finish("finished")
        session = store.session("day")
        yield store, session, store.sources(session.id)[0]


def test_events_of_a_source_are_its_own_and_those_of_all(recorded):
    store, session, source = recorded
    other = store.sources(session.id)[1].id
    places = [source.id, None, other]
    add_events(store, [Event(session.id, "moment", 9.0 - n, label=str(n), source_id=p) for n, p in enumerate(places)])
    assert [event.label for event in marked.of_source(store, source)] == ["1", "0"]


def test_what_is_excluded_is_said_as_far_as_the_recording_goes(recorded):
    store, session, source = recorded
    assert marked.exclusion(session, source, marked.of_source(store, source)) == ""
    add_events(store, [Event(session.id, "exclude", 3.0, 10.5), Event(session.id, "exclude", 55.5, 1e5)])
    assert marked.excluded_seconds(session, source, marked.of_source(store, source)) == pytest.approx(12.0)
    assert marked.exclusion(session, source, marked.of_source(store, source)) == "12 s excluded"


def test_holes_are_gaps_and_what_is_excluded(recorded):
    store, session, source = recorded

    def holes(of, end_seconds):
        gaps = store.gaps(session, source_id=of.id)
        return marked.holes(gaps, of, marked.of_source(store, of), end_seconds)

    assert holes(source, 60.0)["what"].tolist() == ["gap"]
    add_events(store, [Event(session.id, "exclude", 50.0, 90.0)])
    found = holes(source, 60.0)
    assert found[["start_seconds", "end_seconds", "what"]].to_numpy().tolist() == [
        [30.0, 40.0, "gap"],
        [50.0, 60.0, "excluded"],
    ]
    other = store.sources(session.id)[1]
    assert holes(other, 60.0)["what"].tolist() == ["excluded"]
    assert list(holes(other, 40.0)) == GAP_COLUMNS
