"""Every wrong source ends in one clear line that names it; every right one in the kind that fits."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.sources import open_source


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nobody listens, and which nobody else is given meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def refusal(address: str | Path, **settings: float) -> str:
    with pytest.raises(SourceError) as raised:
        open_source(str(address), **{"every_seconds": 0.5, "silent_seconds": 1.0, **settings})
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.mp4", None, "no such file or folder"),
        ("missing.jpg", None, "no such file or folder"),
        ("empty.mp4", b"", "the file is empty"),
        ("text.mp4", b"Dear diary, this is no video.\n" * 200, "not a video"),
        ("text.txt", b"Dear diary, this is no video.\n" * 200, "a text file, not a video"),
        ("noise.mkv", bytes(range(256)) * 40, "not a video"),
    ],
)
def test_files_that_are_no_video(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert re.match(f"{re.escape(str(path))}: .*{words}", refusal(path))


@pytest.mark.parametrize("address", ["", "  ", "file\0.mp4", "conftest.py/inner.mp4"])
def test_paths_that_cannot_be(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    assert refusal(address)


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "no pictures in this folder" in refusal(tmp_path)


@pytest.mark.parametrize("scheme", ["rtsp", "rtsps", "http", "https", "rtmp", "tcp"])
def test_a_refused_connection(scheme: str, closed_port: int) -> None:
    message = refusal(f"{scheme}://admin:secret@127.0.0.1:{closed_port}/live")
    assert message.startswith(f"{scheme}://admin:***@127.0.0.1:{closed_port}/live: the connection was refused")


@pytest.mark.parametrize("address", ["gopher://host/x", "rtsp://", "http://host:port/", "mms://host/x"])
def test_addresses_that_cannot_be_watched(address: str) -> None:
    assert refusal(address).startswith(address)


@pytest.mark.parametrize("address", ["977", "/dev/video977"])
def test_a_camera_that_is_not_there(address: str) -> None:
    assert re.match(rf"{address}: no such camera; connected: ", refusal(address))


def test_until_before_start(make_video: Callable[..., Path]) -> None:
    path = make_video("order.mp4")
    assert "--until 1 must be later than --start 2" in refusal(path, start_seconds=2.0, until_seconds=1.0)


@pytest.mark.parametrize("name", ["12:30.mp4", "a b%03d.mp4", "ünï.mp4", "http:.mp4"])
def test_odd_file_names(make_video: Callable[..., Path], tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(make_video("plain.mp4").read_bytes())
    for address in (str(path), path.as_uri()):
        source = open_source(address, every_seconds=1.0)
        assert source.kind == "file"
        assert len(list(source.samples())) == 4
        source.close()


def test_a_name_relative_to_here(
    make_video: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rtsp:.mp4").write_bytes(make_video("plain-too.mp4").read_bytes())
    monkeypatch.chdir(tmp_path)
    source = open_source("rtsp:.mp4", every_seconds=1.0)
    assert source.name == "rtsp:.mp4"
    assert len(list(source.samples())) == 4
    source.close()
