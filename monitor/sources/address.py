"""What the user may give as a source, and how it is shown without its password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from monitor.errors import SourceError

STREAM_SCHEMES = ("http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "tcp", "udp")
SECRET_KEYS = re.compile(r"(?i)([?&][^=&#]*(?:pass|pwd|secret|token|key|auth|sig)[^=&#]*=)[^&#]*")


def scheme(address: str) -> str | None:
    """The scheme of an address (`rtsp`), or None for a path; a single letter is a Windows drive.

    >>> scheme("rtsp://camera/1"), scheme("clip.mp4"), scheme("C:/clip.mp4")
    ('rtsp', None, None)
    """
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", address)
    return found[1].lower() if found else None


def redacted(address: str) -> str:
    """`address` with everything that may be a password replaced by ***.

    >>> redacted("rtsp://admin:p@ss/w0rd@10.0.0.7/live?token=abc")
    'rtsp://admin:***@10.0.0.7/live?token=***'
    """
    if scheme(address) is None:
        return address
    start, rest = address.split("://", 1)
    place, question, query = rest.partition("?")
    credentials, at, host = place.rpartition("@")  # a password may itself hold @ or /
    if at:
        user, colon, _ = credentials.partition(":")
        place = f"{user}:***@{host}" if colon else f"***@{host}"
    query = SECRET_KEYS.sub(r"\1***", question + query)
    return f"{start}://{place}{query}"


def check_stream_address(address: str) -> None:
    """Raises SourceError where `address` is of an unknown scheme or has no host."""
    kind = scheme(address)
    if kind not in STREAM_SCHEMES:
        raise SourceError(
            f"{redacted(address)}: {kind}:// cannot be watched; use a file or one of {', '.join(STREAM_SCHEMES)}"
        )
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if not host and kind not in ("udp", "rtp"):
        raise SourceError(f"{redacted(address)}: the host or port is not valid; write {kind}://host:port/path")
