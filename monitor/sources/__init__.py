"""Opens whatever the user points at: a video file, pictures, a camera or a network stream."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from monitor.errors import SourceError
from monitor.sources.address import redacted, scheme
from monitor.sources.live import LiveSource
from monitor.sources.live_input import camera_input, is_camera, stream_input
from monitor.sources.pictures import SUFFIXES, PictureSource, is_animated
from monitor.sources.source import Gap, Source
from monitor.sources.video import VideoSource, open_file

__all__ = ["Gap", "Source", "open_source"]


def open_source(
    address: str,
    *,
    every_seconds: float,
    start_seconds: float = 0.0,
    until_seconds: float | None = None,
    silent_seconds: float = 20.0,
) -> Source:
    """The source at `address`, opened and checked.

    Sampled every `every_seconds`, from `start_seconds` up to before `until_seconds` of its own time. A live source that
    gives no picture for `silent_seconds` is reconnected. Raises SourceError with one line that says what is wrong.
    """
    if not address.strip():
        raise SourceError("the source is empty; give a file, a folder, a camera number or an address")
    if until_seconds is not None and until_seconds <= start_seconds:
        raise SourceError(
            f"{redacted(address)}: --until {until_seconds:g} must be later than --start {start_seconds:g}"
        )
    if is_camera(address):
        live = camera_input(address)
    elif scheme(address) not in (None, "file"):
        live = stream_input(address)
    else:
        return _open_path(address, every_seconds, start_seconds, until_seconds)
    container = live.open(silent_seconds)
    if scheme(address) in ("http", "https") and container.duration is not None:  # a recording on a web server
        return VideoSource(
            container,
            name=live.name,
            every_seconds=every_seconds,
            start_seconds=start_seconds,
            until_seconds=until_seconds,
        )
    return LiveSource(
        live,
        container,
        every_seconds=every_seconds,
        start_seconds=start_seconds,
        until_seconds=until_seconds,
        silent_seconds=silent_seconds,
    )


def _open_path(address: str, every_seconds: float, start_seconds: float, until_seconds: float | None) -> Source:
    path = Path(url2pathname(urlsplit(address).path)) if scheme(address) == "file" else Path(address)
    is_picture = path.is_file() and path.suffix.lower() in SUFFIXES and not is_animated(path)
    if path.is_dir() or is_picture:
        return PictureSource(
            path,
            name=address,
            every_seconds=every_seconds,
            start_seconds=start_seconds,
            until_seconds=until_seconds,
        )
    return VideoSource(
        open_file(path, address),
        name=address,
        every_seconds=every_seconds,
        start_seconds=start_seconds,
        until_seconds=until_seconds,
    )
