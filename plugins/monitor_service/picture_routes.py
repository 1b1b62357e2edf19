"""`/v1/sessions/{session}/sources/{source}/picture.jpg` and `.mjpg`: what a running session sees right now.

The engine of each session serves its own pictures, at an address of this machine that the store knows, whether `monitor
run` started it or this service; here they are passed on to whoever may use the service.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Path
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from monitor.live.endless_response import EndlessResponse
from monitor.store import Store
from monitor_service.problems import Problem, problem_answers
from monitor_service.session_routes import UNKNOWN
from monitor_service.stored_session import SessionKey, find_session

SourceNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of a source of the session.")]
ANSWER_SECONDS = 5.0
"""Longest that an engine may take to answer."""
MJPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"multipart/x-mixed-replace": {}}, "description": "JPEG pictures without an end"},
    **problem_answers(404, 429),
}
JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}, "description": "A picture"}, **UNKNOWN}


def picture_routes(store: Store) -> APIRouter:
    """Routes of live pictures."""
    router = APIRouter(prefix="/v1/sessions/{session}/sources/{source}", tags=["Sessions"])

    @router.get("/picture.jpg", response_class=Response, responses=JPEG)
    async def picture(session: SessionKey, source: SourceNumber) -> Response:
        """The newest picture of a source that is being analysed, with what was seen drawn over it."""
        address = await run_in_threadpool(_address, store, session, source)
        with closing(await _open(f"{address}.jpg")) as answer:
            async with asyncio.timeout(ANSWER_SECONDS):
                jpeg = await answer.body.readexactly(int(answer.fields["content-length"]))
        return Response(jpeg, media_type=answer.fields["content-type"], headers={"Cache-Control": "no-store"})

    @router.get("/picture.mjpg", status_code=200, response_class=EndlessResponse, responses=MJPEG)
    async def pictures(session: SessionKey, source: SourceNumber) -> EndlessResponse:
        """The same as an endless MJPEG stream, for an `<img>`: each new picture, at most ten a second.

        It ends with the session, and in a gap of a camera: ask again then.
        """
        address = await run_in_threadpool(_address, store, session, source)
        answer = await _open(f"{address}.mjpg")

        async def pieces() -> AsyncIterator[bytes]:
            with closing(answer), suppress(asyncio.IncompleteReadError, OSError):  # the engine may be gone any time
                while size := int(await answer.body.readline() or b"0", 16):  # as HTTP/1.1 cuts a body into chunks
                    yield await answer.body.readexactly(size)
                    await answer.body.readexactly(2)

        return EndlessResponse(pieces, answer.fields["content-type"])

    return router


@dataclass(frozen=True)
class EngineAnswer:
    """What an engine answers with status 200."""

    fields: dict[str, str]
    """Header -> value, in lower case."""
    body: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def close(self) -> None:
        """End the connection."""
        self.writer.close()


def _address(store: Store, key: str, source: int) -> str:
    """Where the pictures of a source are, without the ending. Raises Problem 404 where there are none now."""
    session = find_session(store, key)
    if source not in {each.id for each in store.sources(session.id)}:
        raise Problem(404, "unknown_source", f"session {session.id} has no source {source}; the session lists its own")
    if session.state != "running" or session.picture_url is None:
        raise Problem(404, "no_picture", f"session {session.id} does not run, so it has no live pictures")
    return f"{session.picture_url}/{source}"


async def _open(url: str) -> EngineAnswer:
    """Ask the engine that serves `url`. Raises Problem 404 where it has no picture, 429 where too many look."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            with ExitStack() as undo:
                undo.callback(writer.close)
                asked = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
                writer.write(asked.encode())
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                _check_status(head[0].split()[1])
                undo.pop_all()
    except (OSError, asyncio.IncompleteReadError):
        raise Problem(404, "no_picture", "the engine of that session does not answer") from None
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    return EngineAnswer(fields, reader, writer)


def _check_status(status: str) -> None:
    if status == "429":
        raise Problem(429, "busy", "too many viewers of live pictures; try again later", {"Retry-After": "10"})
    if status != "200":
        raise Problem(404, "no_picture", "there is no picture of that source yet")
