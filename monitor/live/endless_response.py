"""An answer without an end as an ASGI response: it notices clients who left, and cuts off those who do not read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

SEND_SECONDS = 10.0
"""A client that takes in nothing for so long, while something waits for it, is cut off."""


class EndlessResponse(Response):
    """Sends the blocks that `blocks` gives until it ends, the client leaves or reads too slowly."""

    def __init__(self, blocks: Callable[[], AsyncIterator[bytes]], media_type: str) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(headers=headers, media_type=media_type)
        del self.headers["content-length"]
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        try:
            async with aclosing(self._blocks()) as blocks:  # type: ignore[type-var]
                async for block in blocks:
                    async with asyncio.timeout(SEND_SECONDS):
                        await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return  # the server closes a connection whose answer did not end


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
