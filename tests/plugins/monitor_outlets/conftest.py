"""Messages as outlets get them, and a server that takes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Message = dict[str, Any]


@pytest.fixture
def messages() -> list[Message]:
    """An alert that was raised, a window and an observation, of two subjects."""
    start = {"session": 3, "time": datetime.now(UTC).isoformat(), "source": 1, "source_name": "door"}
    alert = {"kind": "alert", "name": "too bright", "state": "raised", "raised_seconds": 2.0, "value": 0.75}
    measures = {"head_yaw": {"count": 2, "mean": 12.5, "standard_deviation": 0.5, "low": 12.0, "high": 13.0}}
    window = {
        "kind": "window",
        "start_seconds": 0.0,
        "end_seconds": 5.0,
        "subjects": [{"analyzer": "mood", "subject": None, "samples": 2, "shares": {"up": 0.25}, "measures": measures}],
    }
    observation = {
        "kind": "observation",
        "seconds": 2.0,
        "analyzer": "face-fusion",
        "subject": 7,
        "scores": {"anger": 0.75, "neutral": 0.25},
        "measures": {"head_yaw": -3.0},
    }
    return [{**start, **facts} for facts in (alert, window, observation)]


class Server(ThreadingHTTPServer):
    """Answers with `status` and keeps what it was sent."""

    status = 204

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook/secret-path"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
