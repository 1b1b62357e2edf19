"""Fetches the picture at an address that a client names, from hosts that the settings allow and from nowhere else.

A client could otherwise make this machine ask others that only this machine can reach (server-side request forgery).
The host's name must be listed, every address it has must be public, the connection goes to the very address that was
checked, and no redirection is followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urlsplit

from monitor_service.options import ServeOptions
from monitor_service.problems import Problem
from monitor_service.recognition import PictureFile

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses whose last four bytes are one of version 4 (RFC 6052)."""
PIECE = 65536
"""Bytes read at a time."""


async def fetch_picture(url: str, options: ServeOptions) -> PictureFile:
    """The file at `url`. Raises Problem 400 or 403 where that is not allowed or does not work, 413 for a large one."""
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(fetch, url, options)


def addresses(host: str, port: int) -> list[str]:
    """All addresses of a host. Raises OSError where it has none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an address lies in the public internet: not of this machine, a private network, or a special use.

    An address of version 6 that stands for one of version 4 is as public as that.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF) if parsed in NAT64 else None
        parsed = parsed.ipv4_mapped or parsed.sixtofour or translated or parsed
    return parsed.is_global and not parsed.is_multicast


def fetch(
    url: str,
    options: ServeOptions,
    *,
    resolve: Callable[[str, int], Sequence[str]] = addresses,
    allowed: Callable[[str], bool] = is_public,
) -> PictureFile:
    """As `fetch_picture`, in the caller's thread; `resolve` gives a host's addresses, `allowed` judges each."""
    parts, port = _checked(url, options)
    host = parts.hostname or ""
    try:
        found = resolve(host, port)
        if not found or not all(map(allowed, found)):
            raise Problem(403, "wrong_url", f"{host} has an address in a private network, which is never asked")
        return PictureFile(host, _read(parts, found[0], port, options))
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise Problem(400, "wrong_url", f"the picture cannot be fetched from {host}: {reason}") from None


def _checked(url: str, options: ServeOptions) -> tuple[SplitResult, int]:
    if not options.picture_hosts:
        raise Problem(403, "wrong_url", "pictures are not fetched from addresses; send the picture itself")
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        raise Problem(400, "wrong_url", "the url is malformed") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise Problem(400, "wrong_url", "the url must begin with http:// or https:// and a host, without a password")
    if parts.hostname not in {host.lower() for host in options.picture_hosts}:
        raise Problem(403, "wrong_url", f"pictures of {parts.hostname[:100]} are not fetched; send the picture itself")
    return parts, port


def _read(parts: SplitResult, address: str, port: int, options: ServeOptions) -> bytes:
    host = parts.hostname or ""
    end = time.monotonic() + options.timeout_seconds
    connection = http.client.HTTPConnection(host, port, timeout=options.timeout_seconds)
    connection.sock = socket.create_connection((address, port), timeout=options.timeout_seconds)
    try:
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"Accept": "image/*"})
        response = connection.getresponse()
        if response.status != 200:
            raise Problem(
                400, "wrong_url", f"{host} answered with status {response.status}; redirections are not followed"
            )
        content = b""
        while piece := response.read(PIECE):
            content += piece
            if len(content) > options.most_body_bytes:
                raise Problem(413, "body_too_large", f"the picture has more than {options.most_body_bytes:,} bytes")
            if time.monotonic() > end:
                raise TimeoutError(None, "it took too long")
    finally:
        connection.close()
    return content
