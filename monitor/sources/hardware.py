"""Decoding on a graphics card, through FFmpeg."""

from __future__ import annotations

import av
from av.codec.hwaccel import HWAccel, hwdevices_available

from monitor.errors import SourceError
from monitor.settings import HardwareDecoding

DEVICES: tuple[HardwareDecoding, ...] = ("cuda", "vaapi")
"""In the order in which `auto` tries them."""


def decoder_device(hwaccel: HardwareDecoding) -> HWAccel | None:
    """What `av.open` is to decode on, None for the processor: `auto` takes the first device that works, if any does.

    A stream that the device cannot decode is decoded by the processor. Raises SourceError for a device that was asked
    for and does not work here.
    """
    for device in DEVICES if hwaccel == "auto" else (hwaccel,):
        if device == "none":
            return None
        problem = why_not(device)
        if problem is None:
            return HWAccel(device, allow_software_fallback=True)
        if hwaccel != "auto":
            raise SourceError(f"hwaccel {device}: {problem}; take auto, which uses what there is, or none")
    return None


def why_not(device: HardwareDecoding) -> str | None:
    """Why nothing can be decoded on `device` here; None where it works."""
    if device not in hwdevices_available():
        return f"this build of PyAV does not know it, only {', '.join(hwdevices_available()) or 'nothing'}"
    try:
        context = av.CodecContext.create("h264", "r", hwaccel=HWAccel(device, allow_software_fallback=False))
        context.open(strict=False)
    except (av.FFmpegError, RuntimeError) as error:
        return f"there is no such device, or its driver does not work ({getattr(error, 'strerror', None) or error})"
    return None
