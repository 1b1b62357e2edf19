"""Alerts of real runs, as events in the store."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.engine.run import Run
from monitor.errors import ConfigError, StoreError
from monitor.plugin.registry import Plugins
from monitor.sample import Face, Frame, Observation, Sample
from monitor.settings import SPOOL, Settings
from monitor.store import Recorder, Store, database, spool
from monitor.store.changes import Cursor, changes
from monitor.store.events import Event, add_events, delete_events, edit_event, events, undo
from monitor.store.identities import Identities
from monitor.store.spool import write_leftovers
from monitor_outlets.sink import OutletsSink
from tests.postgresql_server import PostgresqlServer

STORE = "alerts.db"


def record(clip: Path, plugins: Plugins, *rules: dict) -> list[Event]:
    """The events of a run over a clip from black to white, by the analyzer `brightness`."""
    settings = Settings(store=STORE, analyzers=["brightness"], alerts=list(rules))
    summary = Run([str(clip)], settings, plugins)()
    with Store(STORE) as store:
        return events(store, summary.session)


def test_an_alert_is_an_event_of_the_session(clip, plugins, caplog):
    rule = {"name": "too bright", "share": "bright", "of": "scene", "above": 0.6, "for_seconds": 1.0}
    (event,) = record(clip, plugins, rule | {"half_life_seconds": 0})
    assert (event.label, event.tier, event.author, event.kind) == ("too bright", "alerts", "machine", "interval")
    assert (event.start_seconds, event.end_seconds) == (
        2.5,
        3.5,
    )  # of 4 s from black to white: the first sample above, and the last
    assert event.note.startswith("bright of scene above 60 % for 1 s (8")
    (line,) = [each.message for each in caplog.records if each.message.startswith("alert ")]
    assert "alert too bright in " in line
    assert "clip.mp4 at 3.5 s: bright of scene above 60 % for 1 s" in line


def test_smoothing_delays(clip, plugins):
    rule = {"name": "too bright", "share": "bright", "of": "scene", "above": 0.6, "half_life_seconds": 0.5}
    (event,) = record(clip, plugins, rule)
    assert event.start_seconds > 2.5


def test_nobody_is_missed_where_nobody_looks_for_faces(clip, plugins):
    assert record(clip, plugins, {"name": "nobody", "no_face": True}) == []


def test_without_rules_the_store_is_not_opened():
    sink = OutletsSink()
    sink.begin(1, Settings(store="nowhere.db"))
    sink.close()
    assert not Path("nowhere.db").exists()


def test_a_rule_about_what_nobody_gives_ends_the_run_before_it_begins(clip, plugins):
    with pytest.raises(
        ConfigError, match=r"\[\[alerts\]\] 'x': unknown share in this run 'brigh'; did you mean 'bright'"
    ):
        record(clip, plugins, {"name": "x", "share": "brigh", "above": 0.5})


# -- outlets


def told(clip: Path, plugins: Plugins, server: Any, **more: object) -> tuple[list[dict], list[dict]]:
    """What a webhook got of a run over a clip, and the faults of that run as they are stored."""
    webhook = {"url": server.url, "send": ["alert", "window", "observation"]} | more
    rule = {"name": "too bright", "share": "bright", "of": "scene", "above": 0.6, "half_life_seconds": 0}
    settings = Settings(
        store=STORE, analyzers=["brightness"], alerts=[rule], outlets={"webhook": webhook}, window_seconds=2
    )
    summary = Run([str(clip)], settings, plugins)()
    with Store(STORE) as store:
        faults = store.faults(store.session(summary.session)).to_dict("records")
    return [message for _, _, body in server.requests for message in json.loads(body)["messages"]], faults


def test_an_outlet_gets_what_the_store_has(clip, plugins, server):
    messages, faults = told(clip, plugins, server)
    assert faults == []
    with Store(STORE) as store:
        session = store.session("latest")
        stored = changes(store, session, Cursor())
    for kind, count in (("observation", 8), ("window", 2)):
        facts = [{**change.facts, "source": 1} for change in stored if change.kind == kind]
        sent = [message for message in messages if message["kind"] == kind]
        assert len(sent) == len(facts) == count
        for message, fact in zip(sent, facts, strict=True):
            of_messages = {"source_name", "time", "session", "kind"}
            assert set(message) - set(fact) - {"person"} == of_messages
            for part in (message, *message.get("subjects", [])):
                assert part.pop("person", None) is None, "the frame as a whole is nobody"
            exactly = leaves({key: message[key] for key in fact})
            rounded = [pytest.approx(leaf, abs=2e-6) if isinstance(leaf, float) else leaf for leaf in leaves(fact)]
            assert exactly == rounded
    raised, ended = [message for message in messages if message["kind"] == "alert"]
    assert (raised["state"], raised["since_seconds"], raised["name"]) == ("raised", 2.5, "too bright")
    assert (ended["state"], ended["ended_seconds"]) == ("ended", 3.5)
    assert raised["text"].startswith("bright of scene above 60 % for 0 s (6")


def leaves(value: Any) -> list[Any]:
    """All that a fact holds, in order."""
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in [key, *leaves(value[key])]]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


def test_an_outlet_that_does_not_work_is_a_fault_and_ends_nothing(clip, plugins, server, caplog):
    server.status = 404
    messages, faults = told(clip, plugins, server, send=["observation"])
    assert messages
    (fault,) = faults or [{"analyzer": "sink outlets", "message": ""}]  # or it was noticed at the very end
    assert fault["analyzer"] == "sink outlets"
    assert "outlet webhook: 127.0.0.1 answers 404" in caplog.text
    assert "outlet webhook: 0 messages were sent, 0 were dropped and 8 refused" in caplog.text


def test_an_outlet_that_cannot_be_ends_the_run_before_it_begins(clip, plugins):
    settings = Settings(store=STORE, analyzers=["brightness"], outlets={"webhok": {}})
    with pytest.raises(ConfigError, match="did you mean 'webhook'"):
        Run([str(clip)], settings, plugins)()


# -- people, by samples that are put in


def wait_for(found: Callable[[], object]) -> None:
    """Until `found` gives something; a test that waits in vain fails."""
    for _ in range(1200):
        if found():
            return
        time.sleep(0.1)
    pytest.fail("nothing came")


class Recording:
    """A session with two people, and the sink that watches it."""

    def __init__(self, *rules: dict, address: str = STORE) -> None:
        defaults = {"share": "anger", "above": 0.5, "half_life_seconds": 0, "pause_seconds": 0}
        self.store = Store(address, create=True)
        labels = {"face-fusion": ("anger", "neutral")}
        self.recorder = Recorder(self.store, name="a", every_seconds=0.5, window_seconds=5, labels=labels)
        self.source = self.recorder.add_source("door", "live")
        self.sink = OutletsSink()
        self.sink.begin(self.recorder.session_id, Settings(store=address, alerts=[defaults | rule for rule in rules]))

    def see(self, number: int, **anger: float) -> None:
        """A sample with the anger of people, as `p1=0.7`."""
        people = {int(name[1:]): value for name, value in anger.items()}
        faces = tuple(Face((0.1, 0.1, 0.5, 0.5), 0.9, track=track) for track in people)
        sample = Sample(Frame(np.zeros((4, 4, 3), np.uint8), 0.5 * number, 1, number), faces)
        seen = [
            Observation("face-fusion", 1, 0.5 * number, track, {"anger": value, "neutral": 1 - value})
            for track, value in people.items()
        ]
        self.recorder.add_sample(self.source, sample, faces_looked_for=True)
        self.recorder.flush(force=True)
        self.sink.write(sample, seen)

    def events(self) -> list[Event]:
        return events(self.store, self.recorder.session_id)

    def close(self) -> None:
        self.sink.close()
        self.recorder.finish("finished")
        self.store.close()


@pytest.fixture
def recording(request):
    made = Recording(*request.param)
    yield made
    made.close()


@pytest.mark.parametrize("recording", [({"name": "angry"},)], indirect=True)
def test_an_alert_is_a_moment_while_it_lasts_and_then_a_stretch(recording):
    recording.see(0, p1=0.1, p2=0.9)
    (event,) = recording.events()
    assert (event.kind, event.start_seconds, event.note) == (
        "moment",
        0.0,
        "anger of anybody above 50 % for 0 s (person 2, 90 %, face-fusion)",
    )
    recording.see(1, p1=0.1, p2=0.9)
    recording.see(2, p1=0.1, p2=0.1)
    (event,) = recording.events()
    assert (event.kind, event.start_seconds, event.end_seconds) == ("interval", 0.0, 0.5)


@pytest.mark.parametrize("recording", [({"name": "angry"},)], indirect=True)
def test_what_somebody_changed_or_deleted_stays_so(recording):
    recording.see(0, p1=0.9)
    (event,) = recording.events()
    edit_event(recording.store, event.id, note="she laughs, really")
    recording.see(1, p1=0.9)
    recording.see(2, p1=0.1)
    (changed,) = recording.events()
    assert (changed.kind, changed.note) == ("moment", "she laughs, really")
    recording.see(3, p1=0.9)
    delete_events(recording.store, [recording.events()[-1].id])
    recording.see(4, p1=0.9)
    recording.see(5, p1=0.1)
    assert recording.events() == [changed]


@pytest.mark.parametrize("recording", [({"name": "angry"},)], indirect=True)
def test_an_undo_takes_back_what_somebody_did_and_no_alert(recording):
    recording.see(0, p1=0.9)
    add_events(recording.store, [Event(recording.recorder.session_id, "moment", 0.2, label="bell")])
    recording.see(1, p1=0.9)
    recording.see(2, p1=0.1)
    assert undo(recording.store, recording.recorder.session_id) == "undone: adding 1 event"
    (alert,) = recording.events()
    assert (alert.label, alert.kind) == ("angry", "interval")
    with pytest.raises(StoreError, match="no change of its events to undo"):
        undo(recording.store, recording.recorder.session_id)


@pytest.mark.parametrize("recording", [({"name": "angry", "of": "anna"},)], indirect=True)
def test_a_rule_may_be_about_one_person(recording):
    recording.see(0, p1=0.9, p2=0.1)
    assert recording.events() == []
    identities = Identities(recording.store, recording.store.session(recording.recorder.session_id))
    first = next(person for person in identities.people() if person.number == 1)
    identities.name(first, "Anna")
    recording.see(1, p1=0.9, p2=0.9)
    (event,) = recording.events()
    assert "(Anna, 90 %" in event.note


@pytest.mark.parametrize("recording", [({"name": "angry"},)], indirect=True)
def test_who_is_left_out_of_all_shares_raises_no_alert(recording):
    recording.see(0, p1=0.1)
    identities = Identities(recording.store, recording.store.session(recording.recorder.session_id))
    identities.ignore(identities.people(), True)
    recording.see(1, p1=0.9)
    assert recording.events() == []


@pytest.mark.parametrize(
    "recording", [({"name": "nobody", "share": None, "above": None, "no_face": True, "for_seconds": 1},)], indirect=True
)
def test_nobody_there(recording):
    recording.see(0, p1=0.1)
    for number in range(1, 4):
        recording.see(number)
    (event,) = recording.events()
    assert (event.start_seconds, event.note) == (0.5, "no face for 1 s")


@pytest.mark.parametrize(
    "recording", [({"name": "gone", "share": None, "above": None, "stream_lost": True},)], indirect=True
)
def test_a_lost_stream_is_noticed_without_any_sample(recording):
    recording.see(0, p1=0.1)
    recording.recorder.update_source(recording.source, state="reconnecting", seconds=12.0)
    recording.recorder.flush(force=True)
    wait_for(recording.events)
    (event,) = recording.events()
    assert (event.label, event.start_seconds, event.note) == ("gone", 12.0, "stream lost for 0 s")


# -- a store that is away


ANGRY = {"name": "angry"}
NOBODY = {"name": "nobody", "share": None, "above": None, "no_face": True}


def play(recording: Recording, first: int, last: int) -> None:
    """Samples of somebody who is angry in three of four, and is not seen in every eighth."""
    for number in range(first, last):
        recording.see(number, **({} if number % 8 == 7 else {"p1": 0.9 if number % 4 else 0.1}))


def told_events(recording: Recording) -> list[tuple]:
    return [(each.label, each.kind, each.start_seconds, each.end_seconds, each.note) for each in recording.events()]


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Another program writes into the store all the time."""
    monkeypatch.setattr(database, "LOCKED_MS", 10)
    monkeypatch.setattr(spool, "LOCKED_MS", 10)

    def lock() -> Any:
        other = sqlite3.connect(STORE)
        other.execute("BEGIN IMMEDIATE")
        return closing(other)

    return lock


def calm_events(address: str, samples: int) -> list[tuple]:
    """What there is to tell of a store that is not away."""
    calm = Recording(ANGRY, NOBODY, address=address)
    play(calm, 0, samples)
    calm.close()
    with Store(address) as calm.store:
        return told_events(calm)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_alerts_wait_for_a_store_that_is_away(kind: str, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        address, away = STORE, request.getfixturevalue("locked")
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        address, away = server.new_database(), server.stopped
    expected = calm_events("calm.db", 20)
    assert {label for label, *_ in expected} == {"angry", "nobody"}
    recording = Recording(ANGRY, NOBODY, address=address)
    play(recording, 0, 6)
    with away():
        play(recording, 6, 18)
    assert len(told_events(recording)) < len(expected)
    play(recording, 18, 20)
    recording.close()
    with Store(address) as recording.store:
        assert told_events(recording) == expected


def by_sort(told: list[tuple]) -> list[tuple]:
    """What was told, in the order of its words: two events of one time may stand in either."""
    return sorted(told, key=str)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_alerts_that_a_store_does_not_have_at_the_end_are_written_by_the_next_run(
    kind: str, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    if kind == "sqlite":
        address, away = STORE, request.getfixturevalue("locked")
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        address, away = server.new_database(), server.stopped
    expected = calm_events("calm.db", 20)
    recording = Recording(ANGRY, NOBODY, address=address)
    play(recording, 0, 6)
    with away():
        play(recording, 6, 20)
        recording.sink.close()
    assert len(told_events(recording)) < len(expected)
    assert f"alerts that store {recording.store.address} does not have yet are in " in caplog.text
    (left,) = SPOOL.glob("*-alerts-*.spool")
    text = left.read_text()
    for _ in "once", "and not twice":
        left.write_text(text)
        write_leftovers(recording.store, SPOOL)
        assert not left.exists()
        assert by_sort(told_events(recording)) == by_sort(expected)
    recording.close()


def test_alerts_of_a_run_that_was_killed_while_the_store_was_away_are_on_disk(locked: Callable[[], Any]) -> None:
    recording = Recording(ANGRY)
    recording.see(0, p1=0.1)
    with locked():
        recording.see(1, p1=0.9)
        (kept,) = SPOOL.glob("*-alerts-*.spool")
        assert '"label": "angry"' in kept.read_text()
    recording.close()
    assert [event.label for event in events_of(STORE)] == ["angry"]


def test_an_alert_that_somebody_changed_meanwhile_stays_so(locked: Callable[[], Any]) -> None:
    recording = Recording(ANGRY)
    recording.see(0, p1=0.9)
    recording.see(1, p1=0.9)
    (event,) = recording.events()
    with locked():
        recording.see(2, p1=0.1)
        assert list(SPOOL.glob("*-alerts-*.spool"))
        recording.sink.close()
    edit_event(recording.store, event.id, note="she laughs, really")
    write_leftovers(recording.store, SPOOL)
    (changed,) = recording.events()
    assert (changed.kind, changed.note) == ("moment", "she laughs, really")
    recording.close()


def events_of(address: str) -> list[Event]:
    with Store(address) as store:
        return events(store, 1)
