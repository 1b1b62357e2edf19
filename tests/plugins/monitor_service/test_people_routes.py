"""People named, joined, parted and taken out of the shares over HTTP, and each step undone."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.store.identities import Identities
from monitor.store.remembered import remembered
from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_service.conftest import Service
from tests.plugins.monitor_service.test_recognize_routes import problem


@pytest.fixture(scope="module")
def path(service: Service) -> str:
    """The address of the people of a session's file, of whom there are two."""
    made_up = MadeUpSession(service.store)
    made_up.play(35)
    session = made_up.end()
    return f"/v1/sessions/{session.id}/people/{made_up.file}"


def test_a_name_is_given_and_read_back(service: Service, path: str) -> None:
    named = service.client.patch(f"{path}/1", json={"name": " Ada  Lovelace "}).json()
    assert (named["person"], named["name"], named["ignored"], named["tracks"]) == (1, "Ada Lovelace", False, [1])
    listed = service.client.get(path.rpartition("/")[0]).json()
    source = int(path.rpartition("/")[2])
    assert {each["subject"]: each["name"] for each in listed if each["source"] == source} == {
        1: "Ada Lovelace",
        2: None,
    }


def test_who_is_ignored_keeps_the_name(service: Service, path: str) -> None:
    assert service.client.patch(f"{path}/2", json={"name": "Passer-by", "ignored": True}).json()["ignored"]
    assert service.client.patch(f"{path}/2", json={"ignored": False}).json()["name"] == "Passer-by"


@pytest.mark.parametrize("remember", [True, False])
def test_who_is_named_is_remembered_where_the_settings_say_so(
    service: Service, path: str, monkeypatch: pytest.MonkeyPatch, remember: bool
) -> None:
    monkeypatch.setattr(service.runs.settings.people, "remember", remember)
    session, source, name = path.split("/")[3], int(path.rpartition("/")[2]), f"remembered: {remember}"
    looks = np.eye(4, dtype=np.float32)[0]
    Identities(service.store, service.store.session(int(session))).keep_vectors("looks 1", {(source, 1): looks})
    service.client.patch(f"{path}/1", json={"name": name}).raise_for_status()
    known = remembered(service.store)
    assert (name in known) is remember
    if remember:
        np.testing.assert_array_equal(known[name]["looks 1"], looks)
        Identities(service.store, service.store.session(int(session))).keep_vectors("looks 1", {(source, 2): -looks})
        service.client.post(f"{path}/1/merge", json={"people": [2]}).raise_for_status()
        assert not remembered(service.store)[name]["looks 1"].any(), "the mean of both"
        undo(service, path)
        np.testing.assert_array_equal(remembered(service.store)[name]["looks 1"], looks)
    undo(service, path)


def undo(service: Service, path: str) -> str:
    response = service.client.post(f"{path.rpartition('/')[0]}/undo")
    assert response.status_code == 200, response.text
    return str(response.json()["undone"])


def tracks(service: Service, path: str) -> dict[int, list[int]]:
    """Person of the source -> their tracks."""
    folder, _, source = path.rpartition("/")
    found: dict[int, list[int]] = {}
    for each in service.client.get(folder).json():
        if each["source"] == int(source):
            found.setdefault(each["person"], []).append(each["subject"])
    return {person: sorted(of_person) for person, of_person in found.items()}


def test_people_are_joined_and_parted_and_each_step_is_undone(service: Service, path: str) -> None:
    apart, together = {1: [1], 2: [2]}, {1: [1, 2]}
    joined = service.client.post(f"{path}/1/merge", json={"people": [2]}).json()
    assert (joined["person"], joined["tracks"]) == (1, [1, 2])
    assert tracks(service, path) == together
    for parting in ({"tracks": [2]}, {"at_seconds": 20}):
        parted = service.client.post(f"{path}/1/split", json=parting).json()
        assert [(each["person"], each["tracks"]) for each in parted] == [(1, [1]), (2, [2])]
        assert tracks(service, path) == apart
        assert undo(service, path).endswith("became another person")
        assert tracks(service, path) == together
    assert undo(service, path).endswith("are one person")
    assert tracks(service, path) == apart
    moved = service.client.post(f"{path}/2/move", json={"tracks": [1]}).json()
    assert (moved["person"], moved["tracks"]) == (2, [1, 2])
    undo(service, path)
    assert tracks(service, path) == apart


def test_without_a_step_nothing_is_undone(service: Service) -> None:
    made_up = MadeUpSession(service.store)
    made_up.play(5)
    session = made_up.end()
    response = service.client.post(f"/v1/sessions/{session.id}/people/undo")
    assert (response.status_code, problem(response)) == (404, "nothing_to_undo")


@pytest.mark.parametrize(
    ("what", "asked", "status", "code"),
    [
        ("1/merge", {"people": [1]}, 422, "wrong_value"),
        ("1/merge", {"people": []}, 422, "wrong_value"),
        ("1/merge", {"people": [7]}, 404, "unknown_person"),
        ("7/merge", {"people": [1]}, 404, "unknown_person"),
        ("1/split", {"tracks": [1]}, 422, "wrong_value"),
        ("1/split", {"at_seconds": 1e6}, 422, "wrong_value"),
        ("1/split", {"tracks": [1], "at_seconds": 5}, 422, "wrong_value"),
        ("1/split", {}, 422, "wrong_value"),
        ("1/move", {"tracks": [1]}, 422, "wrong_value"),
        ("1/move", {"tracks": [9]}, 422, "wrong_value"),
    ],
)
def test_steps_that_cannot_be(
    service: Service, path: str, what: str, asked: dict[str, object], status: int, code: str
) -> None:
    response = service.client.post(f"{path}/{what}", json=asked)
    assert (response.status_code, problem(response)) == (status, code)
    assert tracks(service, path) == {1: [1], 2: [2]}


@pytest.mark.parametrize(
    ("person", "changes", "status", "code"),
    [
        (1, {"name": ""}, 422, "wrong_value"),
        (1, {"name": " "}, 422, "wrong_value"),
        (1, {"name": "x" * 201}, 422, "wrong_value"),
        (2, {"name": "Ada Lovelace"}, 422, "wrong_value"),
        (1, {"nick": "A"}, 422, "wrong_value"),
        (7, {"name": "Nobody"}, 404, "unknown_person"),
    ],
)
def test_names_that_cannot_be(
    service: Service, path: str, person: int, changes: dict[str, object], status: int, code: str
) -> None:
    service.client.patch(f"{path}/1", json={"name": "Ada Lovelace"})
    response = service.client.patch(f"{path}/{person}", json=changes)
    assert (response.status_code, problem(response)) == (status, code)
