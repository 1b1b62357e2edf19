"""Live pictures as an ASGI application.

/             every source's number
/3.mjpg       source 3 as an endless MJPEG stream
/3.jpg        its newest picture
/health       {"status": "running", "sources": [...]}
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.live.endless_response import EndlessResponse
from monitor.live.pictures import LivePictures
from monitor.live.viewing_limits import ViewingLimits

BOUNDARY = "picture"
MJPEG = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
NO_STORE = {"Cache-Control": "no-store"}
RETRY_SECONDS = 10
"""When to ask again, told to viewers that are turned away."""


def picture_app(pictures: LivePictures, limits: ViewingLimits) -> Starlette:
    """The application that shows `pictures`."""
    viewers = 0

    @contextmanager
    def viewer() -> Iterator[None]:
        nonlocal viewers
        viewers += 1
        try:
            yield
        finally:
            viewers -= 1

    def known(request: Request) -> int:
        number: int = request.path_params["source"]
        if pictures.newest(number) is None:
            raise HTTPException(404, "no picture there (yet)")
        return number

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "running", "sources": pictures.sources()}, headers=NO_STORE)

    async def picture(request: Request) -> Response:
        _, jpeg = await run_in_threadpool(pictures.jpeg, known(request))
        return Response(jpeg, media_type="image/jpeg", headers=NO_STORE)

    async def stream(request: Request) -> Response:
        number = known(request)
        if viewers >= limits.most_viewers:
            retry = {"Retry-After": str(RETRY_SECONDS)}
            raise HTTPException(429, f"{viewers} streams are being watched, which is the most", retry)
        return EndlessResponse(lambda: parts(number), MJPEG)

    async def parts(number: int) -> AsyncIterator[bytes]:
        begin = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
        shown = None
        end = time.monotonic() + limits.most_seconds
        with viewer():
            yield begin
            while (left := end - time.monotonic()) > 0 and await pictures.wait(
                number, shown, min(left, limits.silent_seconds)
            ):
                shown, jpeg = await run_in_threadpool(pictures.jpeg, number)
                yield jpeg + b"\r\n" + begin  # Chromium shows a picture only when the next one's head is there
                await asyncio.sleep(1 / limits.most_per_second)

    return Starlette(
        routes=[
            Route("/", health),
            Route("/health", health),
            Route("/{source:int}.jpg", picture),
            Route("/{source:int}.mjpg", stream),
        ]
    )
