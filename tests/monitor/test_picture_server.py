"""Live pictures over a real connection."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.picture_server import PictureServer
from monitor.sample import Frame, Sample


@pytest.fixture
def server() -> Iterator[PictureServer]:
    server = PictureServer()
    yield server
    server.close()


def sample(grey: int, number: int = 0) -> Sample:
    return Sample(Frame(np.full((48, 64, 3), grey, np.uint8), number / 2, "clip.mp4", number))


def get(server: PictureServer, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.request("GET", path)
    return connection.getresponse()


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


def test_the_newest_picture(server: PictureServer) -> None:
    server.publish(1, sample(50), [])
    server.publish(1, sample(200, 1), [])
    assert level(get(server, "/1.jpg").read()) == pytest.approx(200, abs=3)


def test_a_stream_gives_each_new_picture_once(server: PictureServer) -> None:
    server.publish(1, sample(50), [])
    response = get(server, "/1.mjpg")
    assert response.getheader("Content-Type", "").startswith("multipart/x-mixed-replace")
    assert level(next_part(response)) == pytest.approx(50, abs=3)
    server.publish(1, sample(200, 1), [])
    assert level(next_part(response)) == pytest.approx(200, abs=3)


def test_health_lists_the_sources(server: PictureServer) -> None:
    server.publish(3, sample(50, 4), [])
    assert json.loads(get(server, "/health").read()) == {
        "status": "running",
        "sources": [{"id": 3, "name": "clip.mp4", "seconds": 2.0}],
    }


@pytest.mark.parametrize("path", ["/2.jpg", "/2.mjpg", "/x.jpg", "/1.png", "/../1.jpg"])
def test_what_is_not_there_is_404(server: PictureServer, path: str) -> None:
    server.publish(1, sample(50), [])
    assert get(server, path).status == 404


def test_closing_ends_the_streams(server: PictureServer) -> None:
    server.publish(1, sample(50), [])
    response = get(server, "/1.mjpg")
    next_part(response)
    reader = threading.Thread(target=response.read)
    reader.start()
    server.close()
    reader.join(10)
    assert not reader.is_alive()


def test_a_taken_port_is_one_clear_line(server: PictureServer) -> None:
    port = urlsplit(server.url).port
    assert port is not None
    with pytest.raises(ConfigError, match=f"127.0.0.1:{port}.*picture_port"):
        PictureServer(port=port)
