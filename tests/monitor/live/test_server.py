"""Live pictures over a real connection."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.live.server import PictureServer
from monitor.live.viewing_limits import ViewingLimits
from monitor.sample import Frame, Sample

Get = Callable[..., http.client.HTTPResponse]


@pytest.fixture
def server() -> Iterator[PictureServer]:
    server = PictureServer()
    yield server
    server.close()


@pytest.fixture
def get() -> Iterator[Get]:
    """A function that asks a server for a path; every connection is closed at the end."""
    with contextlib.ExitStack() as connections:

        def ask(server: PictureServer, path: str, **headers: str) -> http.client.HTTPResponse:
            connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=120)
            connections.enter_context(contextlib.closing(connection))
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            connections.enter_context(response)
            return response

        yield ask


def sample(grey: int, number: int = 0) -> Sample:
    return Sample(Frame(np.full((48, 64, 3), grey, np.uint8), number / 2, 1, number, source_name="clip.mp4"))


def level(jpeg: bytes) -> float:
    return float(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE).mean())


def next_part(response: http.client.HTTPResponse) -> bytes:
    """One picture of an MJPEG stream: what lies between two boundaries, without its head."""
    lines: list[bytes] = []
    while (line := response.readline()) != b"--picture\r\n" or not lines:
        if line != b"--picture\r\n":
            lines.append(line)
    head, _, body = b"".join(lines).partition(b"\r\n\r\n")
    assert head == b"Content-Type: image/jpeg"
    return body.removesuffix(b"\r\n")


def test_the_newest_picture(server: PictureServer, get: Get) -> None:
    server.publish(1, sample(50), [])
    server.publish(1, sample(200, 1), [])
    assert level(get(server, "/1.jpg").read()) == pytest.approx(200, abs=3)


def test_a_stream_gives_each_new_picture_once(server: PictureServer, get: Get) -> None:
    server.publish(1, sample(50), [])
    response = get(server, "/1.mjpg")
    assert response.getheader("Content-Type", "").startswith("multipart/x-mixed-replace")
    assert level(next_part(response)) == pytest.approx(50, abs=3)
    server.publish(1, sample(200, 1), [])
    assert level(next_part(response)) == pytest.approx(200, abs=3)


def test_health_lists_the_sources(server: PictureServer, get: Get) -> None:
    server.publish(3, sample(50, 4), [])
    assert json.loads(get(server, "/health").read()) == {
        "status": "running",
        "sources": [{"id": 3, "name": "clip.mp4", "seconds": 2.0}],
    }


@pytest.mark.parametrize("path", ["/2.jpg", "/2.mjpg", "/x.jpg", "/1.png", "/../1.jpg"])
def test_what_is_not_there_is_404(server: PictureServer, get: Get, path: str) -> None:
    server.publish(1, sample(50), [])
    assert get(server, path).status == 404


def test_closing_ends_the_streams(server: PictureServer, get: Get) -> None:
    server.publish(1, sample(50), [])
    response = get(server, "/1.mjpg")
    next_part(response)
    reader = threading.Thread(target=response.read)
    reader.start()
    server.close()
    reader.join(120)
    assert not reader.is_alive()


def test_a_taken_port_is_one_clear_line(server: PictureServer) -> None:
    port = urlsplit(server.url).port
    assert port is not None
    with pytest.raises(ConfigError, match=f"127.0.0.1:{port}.*picture_port"):
        PictureServer(port=port)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8600", ""])
def test_another_machines_name_is_refused(server: PictureServer, get: Get, host: str) -> None:
    server.publish(1, sample(50), [])
    response = get(server, "/1.jpg", Host=host)
    assert response.status == 421
    assert json.loads(response.read())["error"]["code"] == "wrong_host"
    assert get(server, "/1.jpg", Host="localhost:9").status == 200


def test_so_many_viewers_and_no_more(get: Get) -> None:
    server = PictureServer(limits=ViewingLimits(most_viewers=1))
    server.publish(1, sample(50), [])
    first = get(server, "/1.mjpg")
    next_part(first)
    second = get(server, "/1.mjpg")
    assert (second.status, second.getheader("Retry-After")) == (429, "10")
    assert get(server, "/1.jpg").status == 200
    server.close()


@pytest.mark.parametrize("limits", [ViewingLimits(silent_seconds=0.05), ViewingLimits(most_seconds=1.0)])
def test_a_stream_without_news_and_a_long_one_end(get: Get, limits: ViewingLimits) -> None:
    server = PictureServer(limits=limits)
    server.publish(1, sample(50), [])
    parts = get(server, "/1.mjpg").read().split(b"--picture\r\n")
    assert [level(part.partition(b"\r\n\r\n")[2]) for part in parts if b"\xff\xd8" in part] == [
        pytest.approx(50, abs=3)
    ]
    server.close()
