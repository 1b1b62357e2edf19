"""Opens whatever the user points at: a video file, pictures, a camera or a network stream.

What decodes them is imported when a source is opened: whoever only reads a store needs none of it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from monitor.errors import SourceError
from monitor.settings import HardwareDecoding
from monitor.sources.address import redacted, scheme
from monitor.sources.source import Gap, Source

__all__ = ["Gap", "Source", "open_source", "threads_of_each"]


def threads_of_each(sources: int) -> int:
    """`decoder_threads` of each of so many sources of a run: its share of the processors, or all of them for the only
    one.

    >>> threads_of_each(1), threads_of_each(1000)
    (0, 1)
    """
    return 0 if sources == 1 else max(1, (os.cpu_count() or 1) // sources)


def open_source(
    address: str,
    *,
    every_seconds: float,
    start_seconds: float = 0.0,
    until_seconds: float | None = None,
    silent_seconds: float = 20.0,
    number: int = 1,
    first_index: int = 0,
    hwaccel: HardwareDecoding = "none",
    decoder_threads: int = 0,
    earlier: Gap | None = None,
    began_at: float | None = None,
) -> Source:
    """The source at `address`, opened and checked; `number` tells it from the other sources of a run.

    Samples are counted from `first_index`, where earlier ones were analysed before. A file is decoded by
    `decoder_threads`, as many as there are processors for 0; all is decoded where `hwaccel` says. Time of a live stream
    that was watched before counts from `began_at`, Unix time, and `earlier` is the gap since.

    Sampled every `every_seconds`, from `start_seconds` up to before `until_seconds` of its own time. A live source that
    gives no picture for `silent_seconds` is reconnected. Raises SourceError with one line that says what is wrong.
    """
    from monitor.sources.live import LiveSource
    from monitor.sources.live_input import camera_input, is_camera, stream_input
    from monitor.sources.video import VideoSource

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
        return _open_path(
            address, every_seconds, start_seconds, until_seconds, number, first_index, hwaccel, decoder_threads
        )
    live = replace(live, hwaccel=hwaccel)
    container = live.open(silent_seconds)
    if scheme(address) in ("http", "https") and container.duration is not None:  # a recording on a web server
        return VideoSource(
            container,
            name=live.name,
            every_seconds=every_seconds,
            start_seconds=start_seconds,
            until_seconds=until_seconds,
            number=number,
        )
    return LiveSource(
        live,
        container,
        every_seconds=every_seconds,
        start_seconds=start_seconds,
        until_seconds=until_seconds,
        silent_seconds=silent_seconds,
        number=number,
        first_index=first_index,
        earlier=earlier,
        began_at=began_at,
    )


def _open_path(
    address: str,
    every_seconds: float,
    start_seconds: float,
    until_seconds: float | None,
    number: int,
    first_index: int,
    hwaccel: HardwareDecoding,
    decoder_threads: int,
) -> Source:
    from monitor.sources.pictures import SUFFIXES, PictureSource
    from monitor.sources.video import VideoSource, open_file

    path = Path(url2pathname(urlsplit(address).path)) if scheme(address) == "file" else Path(address)
    is_picture = path.is_file() and path.suffix.lower() in SUFFIXES
    if is_picture:
        from monitor.sources.picture_file import is_animated

        is_picture = not is_animated(path)
    if path.is_dir() or is_picture:
        return PictureSource(
            path,
            name=address,
            every_seconds=every_seconds,
            start_seconds=start_seconds,
            until_seconds=until_seconds,
            number=number,
        )
    return VideoSource(
        open_file(path, address, hwaccel),
        name=address,
        every_seconds=every_seconds,
        start_seconds=start_seconds,
        until_seconds=until_seconds,
        number=number,
        first_index=first_index,
        decoder_threads=decoder_threads,
    )
