"""Marks written by programs, beside those of people."""

from __future__ import annotations

import pytest

from monitor.store.events import Event, add_events
from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_service.conftest import Service
from tests.plugins.monitor_service.test_recognize_routes import problem


@pytest.fixture(scope="module")
def path(service: Service) -> str:
    """The address of the events of a session whose first event a person marked."""
    made_up = MadeUpSession(service.store)
    made_up.play(5)
    made_up.recorder.finish("finished")
    session = service.store.session("latest")
    add_events(service.store, [Event(session.id, "moment", 4.0, label="laughter")])
    return f"/v1/sessions/{session.id}/events"


def test_a_program_marks_and_reads(service: Service, path: str) -> None:
    (source, *_) = service.store.sources(service.store.session("latest").id)
    sent = {
        "kind": "interval",
        "start_seconds": 1,
        "end_seconds": 2.5,
        "label": "ad",
        "tier": "cuts",
        "source": source.id,
    }
    added = service.client.post(path, json=sent | {"made_by": "cutter"})
    assert added.status_code == 201
    assert {name: added.json()[name] for name in sent} == sent
    assert (added.json()["author"], added.json()["made_by"]) == ("program", "cutter")
    listed = service.client.get(path).json()
    assert [(mark["label"], mark["author"]) for mark in listed] == [("ad", "program"), ("laughter", "human")]
    assert [mark["label"] for mark in service.client.get(path, params={"tier": "cuts"}).json()] == ["ad"]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"kind": "moments"}, "moments"),
        ({"end_seconds": None}, "must end after it starts"),
        ({"end_seconds": 0.5}, "must end after it starts"),
        ({"start_seconds": -1}, "start_seconds"),
        ({"source": 99999}, "has no source 99999"),
        ({"tier": " "}, "tier"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_marks_that_cannot_be(service: Service, path: str, changed: dict[str, object], named: str) -> None:
    sent = {"kind": "interval", "start_seconds": 1, "end_seconds": 2, **changed}
    response = service.client.post(path, json=sent)
    assert (response.status_code, problem(response)) == (422, "wrong_value")
    assert named in response.json()["error"]["message"]


def test_a_mark_is_changed_and_deleted(service: Service, path: str) -> None:
    sent = {"kind": "moment", "start_seconds": 3, "label": "smile"}
    mark = f"{path}/{service.client.post(path, json=sent).json()['id']}"
    changed = service.client.patch(mark, json={"label": "grin"}).json()
    assert (changed["label"], changed["start_seconds"]) == ("grin", 3.0)
    wrong = service.client.patch(mark, json={"end_seconds": 5})
    assert (wrong.status_code, problem(wrong)) == (422, "wrong_value")
    assert service.client.delete(mark).status_code == 204
    for method in ("PATCH", "DELETE"):
        gone = service.client.request(method, mark, json={})
        assert (gone.status_code, problem(gone)) == (404, "unknown_event")


def test_each_step_is_undone_and_then_there_is_none(service: Service) -> None:
    made_up = MadeUpSession(service.store)
    made_up.play(5)
    path = f"/v1/sessions/{made_up.end().id}/events"
    mark = service.client.post(path, json={"kind": "moment", "start_seconds": 3, "label": "smile"}).json()
    service.client.patch(f"{path}/{mark['id']}", json={"label": "grin"})
    service.client.delete(f"{path}/{mark['id']}")
    told = []
    for labels in (["grin"], ["smile"], []):
        told.append(service.client.post(f"{path}/undo").json()["undone"])
        assert [each["label"] for each in service.client.get(path).json()] == labels
    assert told == ["deleting 1 event", "changing 1 event", "adding 1 event"]
    response = service.client.post(f"{path}/undo")
    assert (response.status_code, problem(response)) == (404, "nothing_to_undo")
