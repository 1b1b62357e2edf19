"""Who is let in, and how much of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from monitor.store.tokens import new_token, remove_token
from tests.plugins.monitor_service.conftest import TWO_FACES, Mood, Service, held_back, running
from tests.plugins.monitor_service.test_recognize_routes import BINARY, problem


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that asks for tokens, serves pages of one other origin and goes by one further name."""
    options = {"origins": ["https://lab.example.org"], "hosts": ["watch.example.org"]}
    with running(tmp_path_factory.mktemp("guarded"), with_token=True, **options) as service:
        yield service


@pytest.fixture(scope="module")
def token(guarded: Service) -> str:
    return new_token(guarded.store, "read")


def ask(service: Service, **headers: str) -> httpx.Response:
    return service.client.post("/emotion/v1.0/recognize", content=TWO_FACES, headers={**BINARY, **headers})


def test_without_a_token_nobody_is_let_in(guarded: Service) -> None:
    for method, path in (("POST", "/v1/recognize"), ("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/nothing")):
        response = guarded.client.request(method, path)
        assert (response.status_code, problem(response)) == (401, "token_missing")
        assert response.headers["www-authenticate"] == "Bearer"
    assert guarded.client.get("/healthz").status_code == 200
    assert guarded.client.get("/readyz").status_code == 200


@pytest.mark.parametrize("header", ["Authorization", "Ocp-Apim-Subscription-Key"])
def test_with_one_everything_that_reads_works(guarded: Service, token: str, header: str) -> None:
    value = f"Bearer {token}" if header == "Authorization" else token
    assert ask(guarded, **{header: value}).status_code == 200
    wrong = ask(guarded, **{header: value[:-1]})
    assert (wrong.status_code, problem(wrong)) == (401, "Unspecified")


def test_a_removed_token_opens_nothing(guarded: Service) -> None:
    secret = new_token(guarded.store, "control", "for a day")
    assert ask(guarded, Authorization=f"Bearer {secret}").status_code == 200
    remove_token(guarded.store, 2)
    assert ask(guarded, Authorization=f"Bearer {secret}").status_code == 401


def test_what_changes_things_needs_control(guarded: Service, token: str) -> None:
    response = guarded.client.post("/v1/sessions/latest/events", headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, problem(response)) == (403, "token_too_weak")


def test_pages_of_other_origins_are_refused(service: Service) -> None:
    netloc = urlsplit(service.url).netloc
    assert ask(service, Origin=f"http://{netloc}").status_code == 200
    for origin in ("https://evil.example", "null", f"http://{netloc}.evil.example"):
        response = ask(service, Origin=origin)
        assert (response.status_code, response.headers.get("access-control-allow-origin")) == (403, None)


def test_a_listed_origin_may_ask(guarded: Service, token: str) -> None:
    origin = "https://lab.example.org"
    response = ask(guarded, Origin=origin, Authorization=f"Bearer {token}")
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, origin)
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    assert guarded.client.options("/v1/recognize", headers=asked).status_code == 200


def test_names_of_other_machines_are_refused(guarded: Service, token: str) -> None:
    assert ask(guarded, Host="evil.example").status_code == 421
    assert ask(guarded, Host="watch.example.org", Authorization=f"Bearer {token}").status_code == 200


def test_more_requests_than_allowed_are_sent_away(tmp_path: Path) -> None:
    with running(tmp_path, most_requests=1) as service, held_back(), ThreadPoolExecutor(1) as other:
        first = other.submit(ask, service)
        Mood.began.wait(120)
        second = ask(service)
        assert second.json()["error"]["code"] == "RateLimitExceeded"
        assert (second.status_code, second.headers["retry-after"]) == (429, "1")
        Mood.go_on.set()
        assert first.result().status_code == 200


def test_answers_and_requests_that_take_too_long(tmp_path: Path) -> None:
    with running(tmp_path, timeout_seconds=1.0) as service:
        with held_back():
            late = service.client.post("/v1/recognize", content=TWO_FACES, headers=BINARY)
        assert (late.status_code, problem(late), late.headers["retry-after"]) == (503, "timeout", "1")
        host, port = urlsplit(service.url).netloc.split(":")
        with socket.create_connection((host, int(port)), timeout=120) as slow:
            head = (
                f"POST /v1/recognize HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\n"
            )
            slow.sendall(head.encode() + b"abc")
            assert slow.recv(100).startswith(b"HTTP/1.1 408")
