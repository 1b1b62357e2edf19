"""Live streams served on the loopback interface, cut, silenced and restored."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from monitor.errors import SourceError
from monitor.sample import Frame
from monitor.sources import live_input, open_source

Watched = Callable[..., AbstractContextManager[Any]]

RATE = 25


def picture(number: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    image = np.full((96, 160, 3), 60, np.uint8)
    image[:, : number % 160] = 200
    return image


class Server(ThreadingHTTPServer):
    """Serves `/ts` (H.264 in MPEG-TS), `/mjpeg` and files under `/files/`, as long as it is told to.

    `mode` is "on", "silent" (connections stay open, nothing is sent) or "off" (connections are closed).
    """

    daemon_threads = True

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.mode = "on"
        self.connections = 0
        self.bytes_a_connection = 1 << 30  # of a file; then it breaks off
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are no error here."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        self.server.connections += 1
        if self.server.mode == "off":
            return
        if self.path.startswith("/files/") and self.server.folder is not None:
            self.send_file(self.server.folder / self.path.removeprefix("/files/"))
        elif self.path == "/denied":
            self.send_error(401)
        elif self.path == "/text":
            self.answer("text/plain")
            self.wfile.write(b"no video here\n" * 100)
        elif self.path == "/ts":
            self.answer("video/mp2t")
            self.send_transport_stream()
        elif self.path == "/mjpeg":
            self.answer("multipart/x-mixed-replace; boundary=next")
            self.send_jpegs()
        elif self.path == "/mute":
            self.answer("video/mp2t")
            self.wait(lambda: False)
        else:
            self.send_error(404)

    def answer(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def wait(self, is_over: Callable[[], bool]) -> None:
        while self.server.mode != "off" and not is_over():
            time.sleep(0.01)

    def moments(self) -> Iterator[int]:
        """Picture numbers at the pace of a camera, until the server is switched off."""
        for number in count():
            self.wait(lambda: self.server.mode == "on")
            if self.server.mode == "off":
                return
            yield number
            time.sleep(1 / RATE)

    def send_transport_stream(self) -> None:
        output = io.BytesIO()
        with av.open(output, "w", format="mpegts") as container:
            options = {"preset": "ultrafast", "tune": "zerolatency", "g": "10"}
            stream = container.add_stream("libx264", rate=RATE, options=options)
            stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
            for number in self.moments():
                frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24").reformat(format="yuv420p")
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                container.mux(stream.encode(frame))
                self.wfile.write(output.getvalue())
                output.seek(0)
                output.truncate()

    def send_jpegs(self) -> None:
        for number in self.moments():
            encoded = io.BytesIO()
            Image.fromarray(picture(number)).save(encoded, "JPEG")
            body = encoded.getvalue()
            self.wfile.write(b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.wfile.write(body + b"\r\n")

    def send_file(self, path: Path) -> None:
        """A file, whole or from where the client asks."""
        content = path.read_bytes()
        begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if begin else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(content[begin : begin + self.server.bytes_a_connection])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.mode = "off"
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize("path", ["ts", "mjpeg"])
def test_a_stream_that_breaks_is_reconnected_after_one_gap(server: Server, watched: Watched, path: str) -> None:
    with watched(server.address(path)) as watcher:
        assert watcher.source.kind == "live"
        assert watcher.source.duration_seconds is None
        watcher.wait_for_frames(5)
        assert not watcher.gaps
        server.mode = "off"
        watcher.wait_for(lambda: len(watcher.gaps) == 1)
        refused = server.connections
        watcher.wait_for(lambda: server.connections > refused)  # tried again, in vain
        server.mode = "on"
        watcher.wait_for_frames(5)
    assert len(watcher.gaps) == 1
    place = watcher.seen.index(watcher.gaps[0])
    before, after = watcher.seen[place - 1], watcher.seen[place + 1]
    assert before.seconds <= watcher.gaps[0].seconds < after.seconds
    assert after.seconds - watcher.gaps[0].seconds >= 0.5  # the stream's clock ran on, and the first wait is as long
    assert [frame.index for frame in watcher.frames] == list(range(len(watcher.frames)))
    assert watcher.frames[0].seconds == 0.0
    assert watcher.frames[0].image.shape == (96, 160, 3)
    assert watcher.source.frames_decoded >= len(watcher.frames)


def test_silence_on_an_open_connection_is_a_gap(server: Server, watched: Watched) -> None:
    with watched(server.address("ts"), silent_seconds=1.0) as watcher:
        watcher.wait_for_frames(3)
        server.mode = "silent"
        watcher.wait_for(lambda: len(watcher.gaps) == 1)
        first = server.connections
        watcher.wait_for(lambda: server.connections > first)
        server.mode = "on"
        watcher.wait_for_frames(3)
    assert watcher.gaps[0].reason == "the stream fell silent"
    assert len(watcher.gaps) == 1


def test_every_outage_has_its_gap(server: Server, watched: Watched) -> None:
    with watched(server.address("mjpeg")) as watcher:
        for number in (1, 2, 3):
            watcher.wait_for_frames(2)
            server.mode = "off"
            watcher.wait_for(lambda number=number: len(watcher.gaps) == number)
            server.mode = "on"
        watcher.wait_for_frames(2)
    assert len(watcher.gaps) == 3


def test_samples_are_spaced_by_the_clock_and_no_older_than_a_period(server: Server, watched: Watched) -> None:
    with watched(server.address("mjpeg"), every_seconds=0.2) as watcher:
        watcher.wait_for_frames(8)
    periods = [int(frame.seconds / 0.2) for frame in watcher.frames]
    assert len(set(periods)) == len(periods)
    assert periods == sorted(periods)


def test_a_slow_reader_gets_the_newest_picture(server: Server) -> None:
    """The stream is drained meanwhile: what comes after a pause is not what was sent before it."""
    source: Any = open_source(server.address("mjpeg"), every_seconds=0.02)
    samples = source.samples()
    widths = []
    for _ in range(4):
        frame = next(samples)
        assert isinstance(frame, Frame)
        widths.append(int((frame.image[48, :, 0] > 130).sum()))  # the number of the picture, modulo its width
        while source._connection._counts["decoded"] < 12:  # since that sample
            time.sleep(0.01)
    source.stop()
    source.close()
    passed = [(later - earlier) % 160 for earlier, later in pairwise(widths)]
    assert min(passed) >= 5
    assert source.frames_decoded >= sum(passed)
    assert source.frames_dropped["overwritten"] >= 3 * 5 - 4


def test_a_stream_of_segments_is_watched_at_its_own_pace(
    server: Server, watched: Watched, tmp_path: Path, read_number: Callable[..., int], make_video: Callable[..., Path]
) -> None:
    """HLS: three seconds of pictures arrive at once, and are sampled as if they came one by one."""
    playlist = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:3", "#EXT-X-MEDIA-SEQUENCE:7"]
    (tmp_path / "7.ts").write_bytes(make_video("segment.ts", milliseconds=range(0, 3000, 40)).read_bytes())
    (tmp_path / "live.m3u8").write_text("\n".join([*playlist, "#EXTINF:3.0,", "7.ts", ""]))
    with watched(server.address("files/live.m3u8"), every_seconds=0.2, silent_seconds=5.0) as watcher:
        assert watcher.source.kind == "live"
        watcher.wait_for_frames(4)
    numbers = [read_number(frame.image) for frame in watcher.frames]
    assert numbers == sorted(numbers)
    assert numbers[-1] < 75
    assert not watcher.gaps


def test_until_ends_a_live_source(server: Server, watched: Watched) -> None:
    with watched(server.address("mjpeg"), until_seconds=0.7) as watcher:
        watcher.join()
    assert watcher.frames[-1].seconds < 0.7


def test_until_ends_a_live_source_in_a_gap(server: Server, watched: Watched) -> None:
    with watched(server.address("mjpeg"), until_seconds=1.5) as watcher:
        watcher.wait_for_frames(2)
        server.mode = "off"
        watcher.join()
    assert len(watcher.gaps) == 1


def test_start_waits_in_stream_time(server: Server, watched: Watched) -> None:
    with watched(server.address("mjpeg"), start_seconds=0.5) as watcher:
        watcher.wait_for_frames(2)
    assert 0.5 <= watcher.frames[0].seconds < 60


@pytest.mark.parametrize("mode", ["silent", "off"])
def test_stop_ends_a_wait(server: Server, watched: Watched, mode: str) -> None:
    """In a read that brings nothing for ten minutes, and between two attempts to connect."""
    with watched(server.address("ts"), silent_seconds=600.0) as watcher:
        watcher.wait_for_frames(1)
        server.mode = mode
        if mode == "off":
            watcher.wait_for(lambda: len(watcher.gaps) == 1)
        watcher.source.stop()
        watcher.join()  # fails long before


def test_damaged_pictures_of_a_stream_are_counted(
    server: Server, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "send_jpegs", _send_jpegs_half_of_them_broken)
    with watched(server.address("mjpeg")) as watcher:
        watcher.wait_for_frames(5)
        watcher.wait_for(lambda: watcher.source.frames_dropped["corrupt"] > 2)


def _send_jpegs_half_of_them_broken(self: Handler) -> None:
    for number in self.moments():
        encoded = io.BytesIO()
        Image.fromarray(picture(number)).save(encoded, "JPEG")
        body = encoded.getvalue()
        if number % 2:
            body = body[:20] + bytes(len(body) - 20)
        self.wfile.write(b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body))
        self.wfile.write(body + b"\r\n")


@pytest.mark.parametrize("start", [0.0, 1.0])
def test_a_recording_on_a_web_server_is_a_file(
    server: Server, tmp_path: Path, make_video: Callable[..., Path], start: float
) -> None:
    path = make_video("served.mp4", options={"g": "10"})
    (tmp_path / "clip.mp4").write_bytes(path.read_bytes())
    address = server.address("files/clip.mp4").replace("http://", "http://user:secret@")
    source = open_source(address, every_seconds=0.2, start_seconds=start)
    local = open_source(str(path), every_seconds=0.2, start_seconds=start)
    assert source.kind == "file"
    assert source.duration_seconds == pytest.approx(4.0)
    expected = [sample.seconds for sample in local.samples()]
    assert [sample.seconds for sample in source.samples()] == expected
    assert "secret" not in source.name
    source.close()
    local.close()


def test_a_recording_is_read_on_after_its_connection_breaks(
    server: Server, tmp_path: Path, make_video: Callable[..., Path], read_number: Callable[..., int]
) -> None:
    path = make_video("broken-off.mkv", options={"g": "10"})
    (tmp_path / "clip.mkv").write_bytes(path.read_bytes())
    server.bytes_a_connection = path.stat().st_size // 3
    source = open_source(server.address("files/clip.mkv"), every_seconds=0.2)
    found = list(source.samples())
    source.close()
    assert source.kind == "file"
    assert [read_number(frame.image) for frame in found if isinstance(frame, Frame)] == list(range(0, 100, 5))
    assert server.connections >= 3


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nothing", "404"),
        ("denied", "user and password"),
        ("text", "nothing to watch"),
        ("mute", "no answer in time"),
    ],
)
def test_a_stream_that_is_none_is_refused_at_once(
    server: Server, monkeypatch: pytest.MonkeyPatch, path: str, words: str
) -> None:
    monkeypatch.setattr(live_input, "OPEN_SECONDS", 1.0)
    address = server.address(path).replace("http://", "http://admin:secret@")
    with pytest.raises(SourceError, match=words) as raised:
        open_source(address, every_seconds=0.5, silent_seconds=1.0)
    message = str(raised.value)
    assert message.startswith(f"http://admin:***@127.0.0.1:{server.server_port}/{path}: ")
    assert "secret" not in message
    assert "\n" not in message
