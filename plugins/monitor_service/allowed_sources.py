"""Which sources may be run over HTTP: those that the settings name, and no others."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from monitor.sources.address import redacted, scheme
from monitor.sources.live_input import is_camera
from monitor_service.options import ServeOptions
from monitor_service.problems import Problem


def check_source(source: str, options: ServeOptions) -> None:
    """Raises Problem 403 unless the settings allow `source`, which is as `monitor run` takes it."""
    if not source.isprintable() or not _allowed(source, options):
        shown = redacted(source[:200])
        raise Problem(403, "source_not_allowed", f"{shown!r} is none of the sources that may be run over HTTP")


def _allowed(source: str, options: ServeOptions) -> bool:
    if is_camera(source):
        return source in options.run_cameras
    if scheme(source) in (None, "file"):
        path = Path(url2pathname(urlsplit(source).path)) if scheme(source) == "file" else Path(source)
        real = path.resolve()  # what `..` and links lead to counts
        return bool(source.strip()) and any(real.is_relative_to(folder.resolve()) for folder in options.run_folders)
    return any(address_matches(source, pattern) for pattern in options.run_addresses)


def address_matches(address: str, pattern: str) -> bool:
    """Whether an address is like a pattern: of the same scheme, with a host and port like its own, and such a path.

    Each part is compared by itself, so that a `*` for the path matches no host; a user and a password may be given.

    >>> pattern = "rtsp://*.cameras.example.org:554/live/*"
    >>> address_matches("rtsp://me:secret@door.cameras.example.org:554/live/1", pattern)
    True
    >>> address_matches("rtsp://evil.example/x.cameras.example.org:554/live/1", pattern)
    False
    """
    try:
        asked, wanted = urlsplit(address), urlsplit(pattern)
    except ValueError:
        return False
    if "\\" in address or " " in address:  # FFmpeg may read these otherwise
        return False
    host = asked.netloc.rpartition("@")[2].lower()
    path = (asked.path or "/") + (f"?{asked.query}" if asked.query else "")
    return (
        asked.scheme == wanted.scheme
        and fnmatchcase(host, wanted.netloc.lower())
        and fnmatchcase(path, wanted.path or "/")
    )
