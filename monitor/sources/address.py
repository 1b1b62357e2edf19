"""What the user may give as a source, and how it is shown without its password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from monitor.errors import SourceError

STREAM_SCHEMES = ("http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "tcp", "udp")
QUERY_VALUE = re.compile(r"([?&])([^=&#]*)=([^&#]*)")
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
SECRET_WORDS = frozenset(
    {"pass", "password", "passwd", "passphrase", "pwd", "pw", "secret", "token", "key", "auth"}
    | {
        "authorization",
        "credential",
        "credentials",
        "sig",
        "signature",
        "apikey",
        "accesskey",
        "authkey",
        "accesstoken",
    }
)
"""Words in the name of a query value that make it a secret: `access_token`, `apiKey`, but not `design` or `monkey`."""


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
    query = QUERY_VALUE.sub(_without_secret, question + query)
    return f"{start}://{place}{query}"


def _without_secret(value: re.Match[str]) -> str:
    separator, name, _ = value.groups()
    is_secret = any(word.lower() in SECRET_WORDS for word in WORDS.findall(name))
    return f"{separator}{name}=***" if is_secret else value[0]


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
