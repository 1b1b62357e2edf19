"""A client of `/v1/camera` that is no browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from monitor.store.tokens import new_token
from tests.plugins.monitor_service.conftest import TWO_FACES, running, wait_until

Socket = ClientConnection


@contextmanager
def camera(url: str, query: str = "", **more: Any) -> Iterator[tuple[Socket, dict]]:
    """A connection, and what it was told first."""
    with connect(f"{url.replace('http', 'ws', 1)}/v1/camera{query}", **more) as socket:
        yield socket, json.loads(socket.recv(60))


def ask(socket: Socket, picture: bytes) -> dict:
    socket.send(picture)
    return json.loads(socket.recv(60))


def ended(socket: Socket) -> tuple[int, str]:
    """Code and reason with which the connection is closed."""
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(60)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def test_each_picture_is_answered_and_kept_in_a_session(service):
    with camera(service.url, "?name=phone") as (socket, first):
        answer = ask(socket, TWO_FACES)
        assert ask(socket, b"no picture") == {"error": "this is damaged, too large, or no picture that can be read"}
        socket.send("stop")
        assert ended(socket) == (1000, "the recording has ended")
    assert (answer["sample"], answer["seconds"], len(answer["faces"])) == (0, 0.0, 2)
    happiness = {each["subject"]: each["scores"].get("happiness") for each in answer["observations"]}
    left, right = sorted(answer["faces"], key=lambda face: face["box"][0])
    assert happiness[left["track"]] == pytest.approx(0.2, abs=0.02)
    assert happiness[right["track"]] == pytest.approx(0.8, abs=0.02)
    session = service.store.session(first["session"])
    (source,) = service.store.sources(session.id)
    assert (session.name, session.state, source.kind) == ("phone", "stopped", "live")
    assert (source.frames_decoded, source.frames_sampled, source.frames_dropped) == (1, 1, {})


def test_a_connection_that_breaks_is_a_gap_and_is_taken_up_again(service):
    with camera(service.url) as (socket, first):
        ask(socket, TWO_FACES)
    session = service.store.session(first["session"])
    wait_until(lambda: len(service.store.gaps(session)) == 1)
    with camera(service.url, f"?key={first['key']}") as (socket, again):
        assert again == first
        while ask(socket, TWO_FACES)["sample"] is None:
            pass
        socket.send("stop")
        ended(socket)
    (gap,) = service.store.gaps(session).to_dict("records")
    assert (gap["start_seconds"], gap["reason"]) == (0.0, "the browser sends no pictures")
    assert gap["end_seconds"] > 0


def test_a_recording_that_ended_is_not_taken_up(service):
    with connect(f"{service.url.replace('http', 'ws', 1)}/v1/camera?key=none") as socket:
        assert ended(socket) == (4404, "the recording of this camera has ended; start another")


def test_more_cameras_than_allowed_are_turned_away(service):
    with camera(service.url) as (one, _), camera(service.url) as (two, _):
        with connect(f"{service.url.replace('http', 'ws', 1)}/v1/camera") as third:
            code, reason = ended(third)
        assert (code, "2 runs are under way" in reason) == (4429, True)
        for socket in (one, two):
            socket.send("stop")
            ended(socket)


def test_pages_of_other_origins_may_not(service):
    with pytest.raises(InvalidStatus) as refused, camera(service.url, origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403


def test_requests_to_other_hosts_are_refused(service):
    with pytest.raises(InvalidStatus) as refused, camera(service.url, additional_headers={"Host": "evil.example"}):
        pass
    assert refused.value.response.status_code == 421


def test_it_needs_a_token_that_may_control(tmp_path):
    with running(tmp_path, with_token=True) as service:
        read, control = (new_token(service.store, scope, scope) for scope in ("read", "control"))
        for offered, status in (([], 401), ([f"monitor.token.{read}"], 403)):
            with pytest.raises(InvalidStatus) as refused, camera(service.url, subprotocols=offered or None):
                pass
            assert refused.value.response.status_code == status
        assert service.client.get("/camera").status_code == 200
        with camera(service.url, subprotocols=[f"monitor.token.{control}"]) as (socket, _):
            assert ask(socket, TWO_FACES)["sample"] == 0
            socket.send("stop")
            ended(socket)
