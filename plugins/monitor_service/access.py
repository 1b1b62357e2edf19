"""Who may ask, and how much: ASGI middleware around the whole service."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from monitor.live.hosts import host_header
from monitor_service.problems import EMOTION_API, Problem, problem_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Permission = Literal["read", "control"]
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/camera"})
"""Answered without a token: for whatever watches over the process, and the page that asks for one. They tell nothing
else."""
TOKEN_PROTOCOL = "monitor.token."
"""A browser cannot send a header with a WebSocket; it offers this subprotocol, with the token behind it."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class OriginCheck:
    """Refuses what a web page of another origin sends, unless its origin is listed.

    A browser names the origin of the page in every request that could change something.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            origin = _header(scope, b"origin")
            same = origin is not None and urlsplit(origin).netloc == host_header(scope)
            if origin is not None and not same and origin.rstrip("/").lower() not in self._origins:
                message = f"pages of {origin[:100]} may not use this service"
                problem = Problem(403, "wrong_origin", message)
                await problem_response(scope["path"], problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class TokenCheck:
    """Asks for a token: `Authorization: Bearer TOKEN`, `Ocp-Apim-Subscription-Key: TOKEN` as the retired API had it, or
    the subprotocol of a WebSocket.

    `allowed` gives what a token permits, or None for one that is unknown. Reading and recognising need `read`, all else
    `control`, which includes `read`.
    """

    def __init__(self, app: ASGIApp, allowed: Callable[[str], Permission | None]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"] not in OPEN_PATHS:
            problem = await self._problem(scope)
            if problem is not None:
                await problem_response(scope["path"], problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _problem(self, scope: Scope) -> Problem | None:
        from starlette.concurrency import run_in_threadpool

        token = _token(scope)
        challenge = {"WWW-Authenticate": "Bearer"}
        if token is None:
            return Problem(
                401, "token_missing", "this service asks for a token: Authorization: Bearer TOKEN", challenge
            )
        permission = await run_in_threadpool(self._allowed, token)
        if permission is None:
            return Problem(401, "wrong_token", "the token is not known here, or was removed", challenge)
        if permission == "read" and not _only_reads(scope):
            return Problem(403, "token_too_weak", "this needs a token with the scope control")
        return None


class BodyLimit:
    """Refuses bodies of more than so many bytes, by their stated length or when more arrive."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        problem = Problem(413, "body_too_large", f"the body has more than {self._most_bytes:,} bytes")
        stated = _header(scope, b"content-length") or "0"
        if stated.isdigit() and int(stated) > self._most_bytes:
            await problem_response(scope["path"], problem)(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most_bytes:
                raise problem
            return message

        await self._app(scope, limited, send)


def _only_reads(scope: Scope) -> bool:
    if scope["type"] == "websocket":
        return False
    method, path = scope["method"], scope["path"]
    return method in READING or path == "/v1/recognize" or path.startswith(EMOTION_API)


def _token(scope: Scope) -> str | None:
    kind, _, token = (_header(scope, b"authorization") or "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    for offered in (_header(scope, b"sec-websocket-protocol") or "").split(","):
        if offered.strip().startswith(TOKEN_PROTOCOL):
            return offered.strip().removeprefix(TOKEN_PROTOCOL)
    return _header(scope, b"ocp-apim-subscription-key")


def _header(scope: Scope, name: bytes) -> str | None:
    for header, value in scope["headers"]:
        if header == name:
            return str(value.decode("latin-1"))
    return None
