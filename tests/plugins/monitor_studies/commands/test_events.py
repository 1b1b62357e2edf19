from __future__ import annotations

import json

import pytest

from monitor.store.events import Event, add_events, events
from monitor_studies.recorded import recording
from tests.made_up_session import MadeUpSession


def test_marking_changing_deleting_and_undoing(store, session, monitor):
    assert monitor("mark", "latest", "smile", "--at", "1:05.5", "--note", "a joke", "--by", "Ann")[:2] == (
        0,
        "event 1 marked in session 1\n",
    )
    monitor("mark", "latest", "question", "--from", "10", "--to", "20", "--tier", "topics", "--source", "interview.mp4")
    monitor("mark", "1", "advertising", "--from", "0:30", "--to", "0:40", "--exclude")
    assert [(each.kind, each.start_seconds, each.end_seconds) for each in events(store, 1)] == [
        ("interval", 10.0, 20.0),
        ("exclude", 30.0, 40.0),
        ("moment", 65.5, None),
    ]
    _, out, _ = monitor("events", "list")
    assert [line.split()[0] for line in out.splitlines()] == ["No.", "2", "3", "1"]
    assert "advertising (excluded)" in out
    monitor("events", "edit", "1", "--label", "laugh", "--from", "66")
    monitor("events", "delete", "2", "3")
    _, out, _ = monitor("events", "list", "--json")
    [left] = json.loads(out)
    assert (left["label"], left["start_seconds"], left["note"], left["made_by"]) == ("laugh", 66.0, "a joke", "Ann")
    assert monitor("events", "undo")[1] == "undone: deleting 2 events\n"
    assert monitor("events", "undo")[1] == "undone: changing 1 event\n"
    assert len(events(store, 1)) == 3
    assert json.loads(monitor("events", "list", "--tier", "topics", "--json")[1])[0]["source_id"] == 1


def test_now_is_the_newest_sample_of_a_session_that_runs(store, monitor):
    made_up = MadeUpSession(store, name="live")
    made_up.play(3)
    assert monitor("mark", "live", "here")[0] == 0
    [event] = events(store, made_up.recorder.session_id)
    assert event.start_seconds == pytest.approx(2.5)


def test_excluded_stretches_are_no_part_of_a_recording(store, session):
    whole = recording(store, session, "face-fusion")
    file, camera = store.sources(session.id)
    add_events(store, [Event(1, "exclude", 10.0, 20.0), Event(1, "exclude", 50.0, 60.0, source_id=camera.id)])
    found = recording(store, session, "face-fusion")
    for source, gone in ((file, [(10, 20)]), (camera, [(10, 20), (50, 60)])):
        times = found.seconds[found.source_ids == source.id]
        assert not any(start <= time < end for time in times for start, end in gone)
    assert len(whole.series) - len(found.series) == 60


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mark", "1", "x"], "does not run, so say when"),
        (["mark", "1", "x", "--from", "3"], "a stretch --from and --to"),
        (["mark", "1", "x", "--at", "3", "--from", "3", "--to", "4"], "a moment needs --at"),
        (["mark", "1", "x", "--at", "3", "--exclude"], "--exclude needs a stretch"),
        (["mark", "1", "x", "--at", "1:70"], "'1:70' is not a time"),
        (["mark", "1", "x", "--from", "9", "--to", "3"], "must end after it starts"),
        (["mark", "1", "x", "--at", "3", "--source", "interviw.mp4"], "did you mean 'interview.mp4'?"),
        (["mark", "9", "x", "--at", "3"], "no session '9'"),
        (["events", "edit", "4", "--label", "x"], "there is no event 4"),
        (["events", "undo", "1"], "no change of its events to undo"),
    ],
)
def test_mistakes_are_one_line(session, monitor, arguments, said):
    code, out, err = monitor(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
