"""Followers of running sessions: the store is read once for all of them, and nobody waits for the slowest."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from monitor.errors import StoreError
from monitor.store import Session, Store
from monitor.store.changes import Change, changes, end_of
from monitor.store.cursor import Cursor

LOOK_SECONDS = 0.5
"""How often the store is read; the engine writes as often."""
MOST_WAITING = 2000
"""Events that may wait for one follower; one who falls further behind is cut off, and may come back for the rest."""


@dataclass(eq=False)
class Follower:
    """Somebody who follows a session."""

    blocks: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    """Server-sent events as bytes; None ends the stream."""


def event(change: Change) -> bytes:
    """A change as a server-sent event; its id is the cursor with which the client may come back."""
    return f"id: {change.cursor}\nevent: {change.kind}\ndata: {json.dumps(change.facts)}\n\n".encode()


def ended(session: Session) -> bytes:
    """The last event of a session."""
    facts = {"state": session.state, "error": session.error}
    return f"event: ended\ndata: {json.dumps(facts)}\n\n".encode()


class Feed:
    """One running session, read for all who follow it."""

    def __init__(self, store: Store, session_id: int, cursor: Cursor) -> None:
        self.cursor = cursor
        """How far the session was read and told."""
        self.followers: set[Follower] = set()
        self._store = store
        self._session_id = session_id
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Until the session ends or nobody follows it any more."""
        try:
            while self.followers:
                session, found = await run_in_threadpool(self._look)
                for change in found:
                    self.cursor = change.cursor
                    self._tell(event(change))
                if not found:
                    if session.state != "running":
                        self._tell(ended(session))
                        break
                    await asyncio.sleep(LOOK_SECONDS)
        except StoreError:  # the followers come back, and are told then what is wrong
            pass
        finally:
            for follower in set(self.followers):
                self._end(follower)

    def _look(self) -> tuple[Session, list[Change]]:
        session = self._store.session(self._session_id)
        return session, changes(self._store, session, self.cursor)

    def _tell(self, block: bytes) -> None:
        for follower in set(self.followers):
            try:
                follower.blocks.put_nowait(block)
            except asyncio.QueueFull:
                self._end(follower)

    def _end(self, follower: Follower) -> None:
        """Tell the follower no more: what waits for one that is too slow is thrown away."""
        self.followers.discard(follower)
        if follower.blocks.full():
            while not follower.blocks.empty():
                follower.blocks.get_nowait()
        follower.blocks.put_nowait(None)


class Feeds:
    """The feeds of all sessions that somebody follows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._feeds: dict[int, Feed] = {}
        self._closed = False

    @property
    def followers(self) -> int:
        """How many follow a session now."""
        return sum(len(feed.followers) for feed in self._feeds.values())

    async def join(self, session: Session, follower: Follower) -> Cursor:
        """Add a follower to a running session; they will be told what comes after the cursor that is returned."""
        feed = self._feeds.get(session.id)
        if feed is None or feed.task.done():
            cursor = await run_in_threadpool(end_of, self._store, session)
            feed = self._feeds.get(session.id)
            if feed is None or feed.task.done():  # nobody else was quicker
                feed = self._feeds[session.id] = Feed(self._store, session.id, cursor)
        feed.followers.add(follower)
        if self._closed:
            follower.blocks.put_nowait(None)
        return feed.cursor

    def leave(self, session: Session, follower: Follower) -> None:
        """Tell a follower no more."""
        if session.id in self._feeds:
            self._feeds[session.id].followers.discard(follower)

    def close(self) -> None:
        """End every follower's stream."""
        self._closed = True
        for feed in self._feeds.values():
            feed.task.cancel()
