"""Recordings by address, such as `s3://bucket/talk.mp4`, read through fsspec without a copy on the disk.

Storage of objects is reached by obstore, which has fsspec's interface; with anything else fsspec looks for a package.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from monitor.errors import SourceError
from monitor.settings import HardwareDecoding
from monitor.sources import Source, open_source
from monitor.sources.address import redacted, scheme

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


OBJECTS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"})
"""Schemes of storage of objects."""


def is_address(path: str) -> bool:
    """Whether a recording is named by an address of a network, and not by a path.

    >>> is_address("s3://archive/talk.mp4"), is_address("talks/12:30.mp4")
    (True, False)
    """
    return scheme(path) not in (None, "file")


@contextmanager
def plain_errors(address: str) -> Iterator[None]:
    """Turns what fsspec and its file systems raise into one SourceError that names the address."""
    try:
        yield
    except ImportError as error:  # fsspec names the package that is missing
        raise SourceError(f"{redacted(address)}: {error}") from None
    except Exception as error:  # each file system has exceptions of its own, of libraries that may not be here
        reason = str(error).strip().split("\n")[0].replace(address, "").strip() or type(error).__name__
        raise SourceError(f"{redacted(address)}: cannot be read ({reason})") from None


def file_system(address: str) -> tuple[AbstractFileSystem, str]:
    """The file system of an address, and the path in it. Raises SourceError where there is none for its scheme."""
    protocol = str(scheme(address))
    try:
        import fsspec

        if protocol in OBJECTS:
            from obstore.fsspec import register

            register(protocol)
    except ImportError as error:
        raise SourceError(
            f"{redacted(address)}: addresses need {error.name}: pip install 'emotion-monitor[cluster]'"
        ) from None
    with plain_errors(address):
        system, path = fsspec.core.url_to_fs(address)
        return system, str(path)


def below(address: str) -> list[str]:
    """Addresses of the files at and below an address, by name. Raises SourceError where nothing is there."""
    system, path = file_system(address)
    is_bucket = scheme(address) in OBJECTS and "/" not in path.strip("/")  # which obstore takes for an empty file
    with plain_errors(address):
        if not is_bucket and not system.isdir(path):
            return [address]
        return [str(system.unstrip_protocol(each)) for each in sorted(system.find(path))]


def opened_file(address: str) -> tuple[IO[bytes], int]:
    """The file at an address, open for reading in any order, and its size in bytes. Raises SourceError."""
    system, path = file_system(address)
    with plain_errors(address):
        size = system.size(path)
        if size is None:
            raise ValueError("the server does not say how long it is")
        return cast(IO[bytes], system.open(path, "rb")), int(size)


def open_recording(path: str, *, hwaccel: HardwareDecoding, **options: Any) -> Source:
    """The recording at a path or an address, opened; `hwaccel` and `options` as those of `open_source`. Raises
    SourceError."""
    if not is_address(path):
        return open_source(path, hwaccel=hwaccel, **options)
    import av

    from monitor.sources.hardware import decoder_device
    from monitor.sources.video import VideoSource

    file, _ = opened_file(path)
    with plain_errors(path):
        container = av.open(file, "r", metadata_errors="replace", hwaccel=decoder_device(hwaccel))
    return VideoSource(container, name=redacted(path), **options)
