"""A session followed as it happens, by clients that come, go, come back and fall asleep."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest

from monitor.live import endless_response
from monitor.store import Session
from monitor_service import feed
from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_service.conftest import Service, wait_until
from tests.plugins.monitor_service.test_recognize_routes import problem


@dataclass(frozen=True)
class Event:
    kind: str
    facts: dict[str, object]
    id: str


@contextmanager
def following(service: Service, session: Session, last: str | None = None, **query: str) -> Iterator[Iterator[Event]]:
    """The events of a session, as they come."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with service.client.stream("GET", f"/v1/sessions/{session.id}/stream", headers=headers, params=query) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield events(response)


def events(response: httpx.Response) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
            continue
        if "event" in fields:
            yield Event(fields["event"], json.loads(fields["data"]), fields.get("id", ""))
        fields = {}


@pytest.fixture
def made_up(service: Service) -> Iterator[MadeUpSession]:
    """A session that runs until the test ends."""
    made_up = MadeUpSession(service.store)
    made_up.play(5)
    made_up.recorder.flush(force=True)
    yield made_up
    made_up.recorder.finish("stopped")


def play(made_up: MadeUpSession, seconds: float) -> None:
    made_up.play(seconds)
    made_up.recorder.flush(force=True)


def wait_for_followers(service: Service, count: int) -> None:
    wait_until(lambda: service.feeds.followers == count)


def test_what_happens_is_told_until_the_end(service: Service, made_up: MadeUpSession) -> None:
    session = service.store.session("latest")
    with following(service, session) as told:
        wait_for_followers(service, 1)
        play(made_up, 10)
        made_up.recorder.finish("finished")
        found = list(told)
    assert found[-1] == Event("ended", {"state": "finished", "error": None}, "")
    raw = service.store.observations(session, start_seconds=5)
    seen = [event.facts for event in found if event.kind == "observation"]
    assert len(seen) == len(raw)
    assert min(facts["seconds"] for facts in seen) == 5.0
    assert {event.kind for event in found} == {"observation", "window", "person", "ended"}
    assert [event.facts["change"] for event in found if event.kind == "person"] == ["end", "end"]
    wait_for_followers(service, 0)


def test_a_gap_is_told_when_it_begins_and_when_it_ends(service: Service, made_up: MadeUpSession) -> None:
    session = service.store.session("latest")

    def next_gap() -> Event:
        return next(event for event in told if event.kind == "gap")

    with following(service, session) as told:
        wait_for_followers(service, 1)
        play(made_up, 31)
        fault = next(event for event in told if event.kind == "fault")
        assert (fault.facts["analyzer"], fault.facts["samples"]) == ("scene-sentiment", 4)
        began = next_gap()
        play(made_up, 15)
        ended = next_gap()
        assert (began.facts["end_seconds"], ended.facts["end_seconds"]) == (None, 45.0)
        assert began.facts["start_seconds"] == ended.facts["start_seconds"] == 30.0
    with following(service, session, last=began.id) as told:
        assert next_gap().facts == ended.facts  # who was away meanwhile is told of its end, once
        made_up.recorder.finish("finished")
        assert "gap" not in {event.kind for event in told}


def test_who_comes_back_misses_nothing(service: Service, made_up: MadeUpSession) -> None:
    session = service.store.session("latest")
    with following(service, session) as told:
        wait_for_followers(service, 1)
        play(made_up, 5)
        first = [next(told) for _ in range(8)]
    play(made_up, 10)
    with following(service, session, last=first[-1].id) as told:
        wait_for_followers(service, 1)
        play(made_up, 5)
        made_up.recorder.finish("finished")
        found = first + list(told)
    seen = [event.facts for event in found if event.kind == "observation"]
    assert len(seen) == len(service.store.observations(session, start_seconds=5))
    assert len({event.id for event in found}) == len(found)


def test_an_ended_session_can_be_read_from_the_beginning(service: Service, made_up: MadeUpSession) -> None:
    play(made_up, 30)
    made_up.recorder.finish("finished")
    session = service.store.session("latest")
    with following(service, session, start="beginning") as told:
        found = list(told)
    assert {event.kind for event in found} == {"person", "observation", "window", "fault", "gap", "ended"}
    assert sum(event.kind == "observation" for event in found) == len(service.store.observations(session))
    with following(service, session) as told:
        assert [event.kind for event in told] == ["ended"]


def test_names_and_marks_are_told_as_they_are_written(service: Service, made_up: MadeUpSession) -> None:
    session = service.store.session("latest")
    place = f"/v1/sessions/{session.id}"
    with following(service, session) as told:
        wait_for_followers(service, 1)
        service.client.patch(f"{place}/people/{made_up.file}/1", json={"name": "Ada"})
        service.client.post(f"{place}/events", json={"kind": "moment", "start_seconds": 1, "label": "smile"})
        person, mark = next(told), next(told)
    assert (person.kind, person.facts["change"], person.facts["name"]) == ("person", "update", "Ada")
    assert (mark.kind, mark.facts["label"], mark.facts["deleted"]) == ("event", "smile", False)


def test_many_followers_are_told_the_same(service: Service, made_up: MadeUpSession) -> None:
    session = service.store.session("latest")
    host, port = urlsplit(service.url).netloc.split(":")
    request = f"GET /v1/sessions/{session.id}/stream HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    followers = [socket.create_connection((host, int(port)), timeout=120) for _ in range(30)]
    for follower in followers:
        follower.sendall(request)
    wait_for_followers(service, 30)
    play(made_up, 5)
    made_up.recorder.finish("finished")
    told = set()
    for follower in followers:
        with follower, follower.makefile("rb") as answer:
            told.add(answer.read().partition(b"\r\n\r\n")[2])
    assert len(told) == 1
    assert told.pop().count(b"event: observation") == len(service.store.observations(session, start_seconds=5))


def test_who_does_not_read_is_cut_off(
    service: Service, made_up: MadeUpSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endless_response, "SEND_SECONDS", 0.2)
    session = service.store.session("latest")
    host, port = urlsplit(service.url).netloc.split(":")
    with socket.socket() as asleep:
        asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asleep.connect((host, int(port)))
        asleep.sendall(f"GET /v1/sessions/{session.id}/stream HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        wait_for_followers(service, 1)
        for _ in range(200):
            play(made_up, 50)
            if not service.feeds.followers:
                break
        wait_for_followers(service, 0)


def test_who_falls_behind_loses_the_place_in_the_queue(made_up: MadeUpSession, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    monkeypatch.setattr(feed, "MOST_WAITING", 3)

    async def fall_behind() -> list[bytes | None]:
        feeds = feed.Feeds(made_up.store)
        follower = feed.Follower()
        await feeds.join(made_up.store.session("latest"), follower)
        play(made_up, 5)
        while feeds.followers:
            await asyncio.sleep(0.01)
        return [follower.blocks.get_nowait() for _ in range(follower.blocks.qsize())]

    with ThreadPoolExecutor(1) as alone:  # this thread's loop may be Playwright's
        assert alone.submit(asyncio.run, fall_behind()).result() == [None]


@pytest.mark.parametrize("last", ["nonsense", "o1.x2"])
def test_a_wrong_id_is_refused(service: Service, made_up: MadeUpSession, last: str) -> None:
    response = service.client.get("/v1/sessions/latest/stream", headers={"Last-Event-ID": last})
    assert (response.status_code, problem(response)) == (422, "wrong_value")
