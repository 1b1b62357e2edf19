"""What FFmpeg is told to open for cameras and streams."""

from __future__ import annotations

import threading
from itertools import count

import pytest
from av.container import InputContainer

from monitor.errors import SourceError
from monitor.sample import Frame
from monitor.sources import Gap
from monitor.sources.connection import Connection
from monitor.sources.live import LiveSource
from monitor.sources.live_input import LiveInput, camera_input, is_camera, stream_input


def test_cameras_are_told_from_files() -> None:
    assert [is_camera(a) for a in ("0", "12", "/dev/video3", "0.mp4", "/dev/video", "-1", "")] == [True] * 3 + [
        False
    ] * 4


def test_linux_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert camera_input("2") == LiveInput("2", "/dev/video2", "v4l2")
    assert camera_input("/dev/video2").url == "/dev/video2"


def test_stream_options_and_names() -> None:
    live = stream_input("rtsp://me:secret@camera/1")
    assert (live.name, live.url) == ("rtsp://me:***@camera/1", "rtsp://me:secret@camera/1")
    assert live.options["rtsp_flags"] == "prefer_tcp"
    assert "rtsp_flags" not in stream_input("http://camera/1").options


def test_a_capture_device_is_sampled_live() -> None:
    """FFmpeg's own test camera, which gives pictures at the pace of a real one."""
    live = LiveInput("test camera", "testsrc=size=160x96:rate=25,realtime", "lavfi")
    source = LiveSource(live, live.open(5.0), every_seconds=0.2, until_seconds=1.1)
    found = list(source.samples())
    source.close()
    assert [int(sample.seconds / 0.2) for sample in found] == sorted({int(s.seconds / 0.2) for s in found})
    assert 1 <= len(found) <= 6
    assert source.frames_decoded >= len(found)
    assert source.frames_dropped["corrupt"] == 0


def test_a_device_that_never_answers_again_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that blocks without end, which no time limit of FFmpeg's reaches."""
    never = threading.Event()
    read = Connection._read
    opened = count()

    def read_or_block(connection: Connection, container: InputContainer) -> None:
        if next(opened):
            read(connection, container)
        else:
            never.wait()

    monkeypatch.setattr(Connection, "_read", read_or_block)
    live = LiveInput("test camera", "testsrc=size=160x96:rate=25,realtime", "lavfi")
    source = LiveSource(live, live.open(5.0), every_seconds=0.2, silent_seconds=0.3)
    samples = source.samples()
    assert next(samples) == Gap(0.0, "the stream fell silent")
    frame = next(samples)
    assert isinstance(frame, Frame)
    assert frame.seconds == 0.0
    never.set()
    source.stop()
    source.close()


def test_a_stream_of_sound_alone_is_refused() -> None:
    live = LiveInput("test radio", "sine=frequency=440", "lavfi")
    with pytest.raises(SourceError, match="test radio: there is no video in this stream"):
        LiveSource(live, live.open(5.0), every_seconds=0.2)
