"""A camera that speaks RTSP, served on the loopback interface, cut and restored.

The server speaks just enough of RFC 2326 (RTSP), with RTP interleaved in the same connection (its section 10.12), and
sends H.264 one unit a packet (RFC 6184, section 5.6).
"""

from __future__ import annotations

import base64
import re
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from fractions import Fraction
from itertools import count
from typing import Any

import av
import numpy as np
import pytest

from monitor.errors import SourceError
from monitor.sources import open_source

Watched = Callable[..., AbstractContextManager[Any]]

RATE = 25
CREDENTIALS = base64.b64encode(b"admin:p@ss").decode()
DESCRIPTION = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=camera
t=0 0
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=control:video
"""


class Camera(socketserver.ThreadingTCPServer):
    """`mode` is "on", "silent" (nothing is sent) or "off" (connections are closed)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mode = "on"
        self.connections = 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"rtsp://admin:p%40ss@127.0.0.1:{self.server_address[1]}/live"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are no error here."""


class Conversation(socketserver.StreamRequestHandler):
    server: Camera

    def handle(self) -> None:
        self.server.connections += 1
        while self.server.mode != "off":
            method, headers = self.read_request()
            if f"Basic {CREDENTIALS}" != headers.get("authorization") and method != "OPTIONS":
                self.answer("401 Unauthorized", headers, 'WWW-Authenticate: Basic realm="camera"')
            elif method == "DESCRIBE":
                self.answer("200 OK", headers, "Content-Type: application/sdp", body=DESCRIPTION.replace("\n", "\r\n"))
            elif method == "SETUP":
                self.answer("200 OK", headers, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1")
            elif method == "PLAY":
                self.answer("200 OK", headers, "Session: 1")
                self.play()
                return
            elif method == "OPTIONS":
                self.answer("200 OK", headers, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
            else:
                return

    def read_request(self) -> tuple[str, dict[str, str]]:
        method = self.rfile.readline().decode().split(" ")[0]
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return method, headers

    def answer(self, status: str, request: dict[str, str], *lines: str, body: str = "") -> None:
        head = [f"RTSP/1.0 {status}", f"CSeq: {request.get('cseq', '0')}", *lines]
        if body:
            head.append(f"Content-Length: {len(body)}")
        self.wfile.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())

    def play(self) -> None:
        encoder = av.CodecContext.create("libx264", "w")
        encoder.width, encoder.height, encoder.pix_fmt = 160, 96, "yuv420p"
        encoder.time_base = Fraction(1, RATE)
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "10"}
        sequence = count()
        for number in count():
            while self.server.mode == "silent":
                time.sleep(0.01)
            if self.server.mode == "off":
                return
            image = np.full((96, 160, 3), 60, np.uint8)
            image[:, : number % 160] = 200
            picture = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, RATE)
            for packet in encoder.encode(picture):
                units = [unit for unit in re.split(rb"\x00*\x00\x00\x01", bytes(packet)) if unit]
                for unit in units:
                    self.send_unit(unit, next(sequence), number * 90_000 // RATE, is_last=unit is units[-1])
            time.sleep(1 / RATE)

    def send_unit(self, unit: bytes, sequence: int, moment: int, *, is_last: bool) -> None:
        """One H.264 unit as one RTP packet, in the frame that tells it from RTSP's text."""
        packet = struct.pack("!BBHII", 0x80, 96 | is_last << 7, sequence & 0xFFFF, moment, 7) + unit
        self.wfile.write(struct.pack("!cBH", b"$", 0, len(packet)) + packet)


@pytest.fixture
def camera() -> Iterator[Camera]:
    running = Camera()
    yield running
    running.mode = "off"
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize(("outage", "silent_seconds"), [("off", 20.0), ("silent", 1.0)])
def test_a_camera_that_goes_away_is_reconnected_after_one_gap(
    camera: Camera, watched: Watched, outage: str, silent_seconds: float
) -> None:
    with watched(camera.address, silent_seconds=silent_seconds) as watcher:
        assert watcher.source.kind == "live"
        assert watcher.source.name == camera.address.replace("p%40ss", "***")
        watcher.wait_for_frames(5)
        camera.mode = outage
        watcher.wait_for(lambda: len(watcher.gaps) == 1)
        tried = camera.connections
        watcher.wait_for(lambda: camera.connections > tried)
        camera.mode = "on"
        watcher.wait_for_frames(5)
    assert len(watcher.gaps) == 1
    place = watcher.seen.index(watcher.gaps[0])
    assert watcher.seen[place - 1].seconds <= watcher.gaps[0].seconds < watcher.seen[place + 1].seconds
    assert watcher.frames[0].image.shape == (96, 160, 3)


def test_a_wrong_password_is_refused_without_being_told(camera: Camera) -> None:
    address = camera.address.replace("p%40ss", "wrong-secret")
    with pytest.raises(SourceError, match="give user and password") as raised:
        open_source(address, every_seconds=0.5)
    assert "wrong-secret" not in str(raised.value)
