"""Refuses requests that name a host which is not this machine.

A web page of somebody else may point a name of its own at this machine's address (DNS rebinding) and would then read
what is served here as if it were its own. Its requests carry that name in their `Host` header.
"""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PRIVATE_ENDINGS = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
"""Names with these endings are given inside a network only; nobody can register one."""


class HostCheck:
    """ASGI middleware: passes on requests to this machine and answers all others with 421."""

    def __init__(self, app: ASGIApp, names: Collection[str] = ()) -> None:
        """`names`: host names that are this machine's, besides those that `is_own_host` knows."""
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not is_own_host(host_header(scope), self._names):
            await _refuse(scope, send)
        else:
            await self._app(scope, receive, send)


def host_header(scope: Scope) -> str:
    """The request's `Host`, as sent; empty where there is none or more than one."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return hosts[0] if len(hosts) == 1 else ""


def is_own_host(header: str, names: Collection[str] = ()) -> bool:
    """Whether a `Host` header names this machine: by an address, by a name that no stranger can own, or by one of
    `names`, which are in lower case.

    >>> [is_own_host(host) for host in ("127.0.0.1:8600", "[::1]", "localhost", "studio.local:80", "evil.example")]
    [True, True, True, True, False]
    """
    host = header.rpartition(":")[0] if header.rpartition(":")[2].isdigit() and not header.endswith("]") else header
    host = host.lower().rstrip(".")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return bool(host) and (
            "." not in host or host.endswith(PRIVATE_ENDINGS) or host in names or host == socket.getfqdn().lower()
        )
    return True


async def _refuse(scope: Scope, send: Send) -> None:
    error = {"code": "wrong_host", "message": "this server does not go by the name in the request's Host header"}
    body = json.dumps({"error": error}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    await send({"type": f"{kind}.start", "status": 421, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
