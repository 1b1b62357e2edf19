"""`GET /v1/sessions/{session}/stream`: a session as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from starlette.concurrency import run_in_threadpool

from monitor.live.endless_response import EndlessResponse
from monitor.store import Session, Store
from monitor.store.changes import changes, end_of
from monitor.store.cursor import Cursor
from monitor_service.feed import Feeds, Follower, ended, event
from monitor_service.problems import Problem
from monitor_service.session_routes import UNKNOWN
from monitor_service.stored_session import SessionKey, find_session

BEAT_SECONDS = 15.0
"""A comment is sent where nothing else was for so long, so that nobody in between takes the connection for dead."""
BEAT = b": alive\n\n"
BLOCK_BYTES = 32_768
"""Events that are there together are sent together, which takes a fraction of the time; but no more at once than a slow
client can take in before it is cut off."""
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Server-sent events"},
    **UNKNOWN,
}


def event_routes(store: Store, feeds: Feeds) -> APIRouter:
    """The route of server-sent events."""
    router = APIRouter(tags=["Sessions"])

    @router.get("/v1/sessions/{session}/stream", status_code=200, response_class=EndlessResponse, responses=STREAM)
    async def events(
        session: SessionKey,
        start: Annotated[
            Literal["now", "beginning"], Query(description="Where to start without a Last-Event-ID.")
        ] = "now",
        last_event_id: Annotated[
            str | None, Header(description="The id of the last event that was read: what was stored since comes first.")
        ] = None,
    ) -> EndlessResponse:
        """What happens in a session, as server-sent events: `person`, `observation`, `window`, `event`, `gap`,
        `fault`, and `ended` at last. A client that reads too slowly is cut off; with Last-Event-ID it misses nothing
        that is stored.
        """
        found = await run_in_threadpool(find_session, store, session)
        after = _cursor(last_event_id) if last_event_id else Cursor() if start == "beginning" else None
        return EndlessResponse(lambda: follow(store, feeds, found, after), "text/event-stream")

    return router


async def follow(store: Store, feeds: Feeds, session: Session, after: Cursor | None) -> AsyncIterator[bytes]:
    """The events of a session after a cursor, or from now on: first what is stored, then what comes."""
    yield b"retry: 2000\n\n"
    if session.state != "running":
        cursor = after if after is not None else await run_in_threadpool(end_of, store, session)
        while found := await run_in_threadpool(changes, store, session, cursor):
            for block in _together(event(change) for change in found):
                yield block
            cursor = found[-1].cursor
        yield ended(session)
        return
    follower = Follower()
    joined = await feeds.join(session, follower)
    try:
        cursor = after if after is not None else joined
        while found := await run_in_threadpool(changes, store, session, cursor, joined):
            for block in _together(event(change) for change in found):
                yield block
            cursor = found[-1].cursor
        is_over = False
        while not is_over:
            waiting = await _waiting(follower)
            is_over = waiting[-1] is None
            for block in _together(each for each in waiting if each is not None):
                yield block
    finally:
        feeds.leave(session, follower)


def _together(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of about BLOCK_BYTES."""
    gathered, size = [], 0
    for block in blocks:
        gathered.append(block)
        size += len(block)
        if size >= BLOCK_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


async def _waiting(follower: Follower) -> list[bytes | None]:
    """What waits for a follower, None at last where nothing follows; a comment where nothing comes for long."""
    try:
        async with asyncio.timeout(BEAT_SECONDS):  # wait_for of Python 3.11 may swallow that the client left
            waiting = [await follower.blocks.get()]
    except TimeoutError:
        return [BEAT]
    while waiting[-1] is not None and not follower.blocks.empty():
        waiting.append(follower.blocks.get_nowait())
    return waiting


def _cursor(text: str) -> Cursor:
    try:
        return Cursor.parse(text)
    except ValueError as error:
        raise Problem(422, "wrong_value", f"Last-Event-ID: {error}") from None
