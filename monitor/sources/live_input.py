"""Cameras and network streams as FFmpeg wants to be told of them, and what its refusals mean."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.container import InputContainer

from monitor.errors import SourceError
from monitor.settings import HardwareDecoding
from monitor.sources.address import check_stream_address, redacted, scheme
from monitor.sources.hardware import decoder_device

OPEN_SECONDS = 10.0
"""A camera or server that does not answer for this long is not there."""


@dataclass(frozen=True)
class LiveInput:
    """What to open."""

    name: str
    """For people, without passwords."""
    url: str
    format: str | None = None
    """FFmpeg's name of the capture system, for cameras."""
    options: dict[str, str] = field(default_factory=dict)
    hwaccel: HardwareDecoding = "none"
    """What decodes."""

    def open(self, silent_seconds: float) -> InputContainer:
        """Connect; later reads that bring nothing for `silent_seconds` fail. Raises SourceError."""
        device = decoder_device(self.hwaccel)
        try:
            return av.open(
                self.url,
                "r",
                format=self.format,
                options=self.options,
                metadata_errors="replace",
                timeout=(OPEN_SECONDS, silent_seconds),
                hwaccel=device,
            )
        except av.FFmpegError as error:
            problem = self._camera_problem(error) if self.format else stream_problem(error)
            raise SourceError(f"{self.name}: {problem}") from None
        except ValueError:  # PyAV does not know the capture system
            raise SourceError(
                f"{self.name}: this build of PyAV cannot read cameras; install PyAV's own wheel"
            ) from None

    def _camera_problem(self, error: av.FFmpegError) -> str:
        if isinstance(error, av.error.PermissionError):
            return "not allowed to use this camera; add yourself to the group video"
        if isinstance(error, av.error.FileNotFoundError):
            present = ", ".join(sorted(map(str, Path("/dev").glob("video*")))) or "none"
            return f"no such camera; connected: {present}"
        return f"the camera does not work ({error.strerror}); is another program using it?"


def is_camera(address: str) -> bool:
    """Whether `address` is a camera number or a video device.

    >>> is_camera("0"), is_camera("/dev/video2"), is_camera("rtsp://host/0")
    (True, True, False)
    """
    return re.fullmatch(r"\d+|/dev/video\d+", address) is not None


def camera_input(address: str) -> LiveInput:
    """The camera with this number or device path. Raises SourceError where there is none."""
    if sys.platform == "darwin":
        return LiveInput(address, address, "avfoundation", {"framerate": "30"})
    if sys.platform == "win32":
        cameras = [d.name for d in av.device.enumerate_input_devices("dshow") if "video" in d.media_types]
        if not address.isdigit() or int(address) >= len(cameras):
            raise SourceError(f"{address}: no such camera; connected: {', '.join(cameras) or 'none'}")
        return LiveInput(address, f"video={cameras[int(address)]}", "dshow")
    return LiveInput(address, f"/dev/video{address}" if address.isdigit() else address, "v4l2")


def stream_input(address: str) -> LiveInput:
    """The network stream at `address`. Raises SourceError for one that cannot be an address."""
    check_stream_address(address)
    options: dict[str, str] = {}
    if scheme(address) in ("rtsp", "rtsps"):
        options["rtsp_flags"] = "prefer_tcp"  # loses no packets; falls back to UDP
    if scheme(address) in ("http", "https"):
        options |= {"reconnect": "1", "reconnect_delay_max": "5"}  # a recording is read on from where it broke off
    return LiveInput(redacted(address), address, options=options)


def stream_problem(error: av.FFmpegError) -> str:
    """What went wrong on the network, and what to do; never the address, which may hold a password."""
    match error:
        case av.error.ConnectionRefusedError():
            return "the connection was refused; check host and port, and that the stream is running"
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return "access was denied; give user and password as scheme://user:password@host/path"
        case av.error.HTTPNotFoundError():
            return "the server has nothing there (404); check the path"
        case av.error.ExitError() | av.error.TimeoutError():
            return "no answer in time; check host and port, and that the stream is running"
        case av.error.InvalidDataError():
            return "what the server sends is no video; check the path"
        case av.error.ProtocolNotFoundError():
            return "this build of FFmpeg does not speak that protocol; use rtsp or http"
        case _:
            return f"there is nothing to watch ({error.strerror}); check the host's name, the path and the network"
