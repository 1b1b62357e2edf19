"""uvicorn, with streams of events that end when it does."""

from __future__ import annotations

import socket

import uvicorn

from monitor_service.feed import Feeds


class FeedingServer(uvicorn.Server):
    """A server that waits for no follower of a session when it ends."""

    def __init__(self, config: uvicorn.Config, feeds: Feeds) -> None:
        super().__init__(config)
        self._feeds = feeds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._feeds.close()
        await super().shutdown(sockets)
