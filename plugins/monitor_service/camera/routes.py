"""`/camera`, the page, and `/v1/camera`, the WebSocket that it sends its pictures over.

The client offers JPEG pictures (or others that `/v1/recognize` takes), each as one binary message, and waits for the
answer to one before it sends the next. Texts are JSON: first the session, then an answer to each picture; the client's
only text is `stop`. A connection that breaks is taken up again with the key of the first answer.
"""

from __future__ import annotations

import asyncio
import io
import logging
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool

from monitor.errors import MonitorError
from monitor.sources.picture_file import read_rgb
from monitor_service.access import TOKEN_PROTOCOL
from monitor_service.camera.browser_camera import Seen
from monitor_service.camera.cameras import Cameras, CameraUnderWay
from monitor_service.options import ServeOptions
from monitor_service.problems import Problem

log = logging.getLogger(__name__)

ENDED, REFUSED = 1000, 4000
"""Codes with which the connection is closed; REFUSED and above are this service's own."""
PAGE_POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; media-src blob: mediastream:; img-src blob:",
    "Permissions-Policy": "camera=(self)",
}


def camera_routes(cameras: Cameras, options: ServeOptions) -> APIRouter:
    """The page and its WebSocket."""
    router = APIRouter(tags=["Camera"])

    @router.get("/camera", response_class=HTMLResponse)
    def page() -> HTMLResponse:
        """A page that records the camera of the browser that opens it, and draws what is seen. It needs no token by
        itself; what it does needs one with the scope `control`."""
        from jinja2 import Environment, PackageLoader

        environment = Environment(loader=PackageLoader("monitor_service"), autoescape=True)
        return HTMLResponse(
            environment.get_template("camera.html").render(token_protocol=TOKEN_PROTOCOL), headers=PAGE_POLICY
        )

    @router.websocket("/v1/camera")
    async def camera(
        socket: WebSocket,
        key: Annotated[str | None, Query(max_length=100)] = None,
        name: Annotated[str | None, Query(max_length=200)] = None,
    ) -> None:
        offered = socket.scope.get("subprotocols") or []
        await socket.accept(next((each for each in offered if each.startswith(TOKEN_PROTOCOL)), None))
        try:
            opened = await run_in_threadpool(cameras.find, key) if key else await _open(cameras, name)
        except Problem as problem:
            await socket.close(REFUSED + problem.status, problem.message)
            return
        try:
            await _serve(socket, opened, options)
        except WebSocketDisconnect:
            opened.camera.leave()

    return router


async def _open(cameras: Cameras, name: str | None) -> CameraUnderWay:
    try:
        return await run_in_threadpool(cameras.open, name or None)
    except MonitorError as error:  # its words name places on this machine
        log.error("a camera could not be recorded: %s", error)
        raise Problem(500, "run_failed", "the recording cannot begin; the service's log says why") from None


async def _serve(socket: WebSocket, opened: CameraUnderWay, options: ServeOptions) -> None:
    """Answer picture after picture, until the client stops or the run ends. Raises WebSocketDisconnect where the client
    leaves without a word."""
    run = opened.run.run
    await socket.send_json(
        {"session": opened.run.session_id, "key": opened.key, "every_seconds": run.settings.every_seconds}
    )
    while opened.run.thread.is_alive():
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"])
        content = message.get("bytes")
        if content is None:
            if message.get("text") == "stop":
                break
            continue
        await socket.send_json(await _answer(content, opened, options))
    await run_in_threadpool(_end, opened)
    await socket.close(ENDED, "the recording has ended")


def _end(opened: CameraUnderWay) -> None:
    opened.run.run.stop()
    opened.run.thread.join()


async def _answer(content: bytes, opened: CameraUnderWay, options: ServeOptions) -> dict[str, Any]:
    """What was seen in a picture, as JSON; `error` where it is none, `sample` null where it was not analysed."""
    if len(content) > options.most_body_bytes:
        return {"error": f"the picture has more than {options.most_body_bytes:,} bytes"}
    try:
        image = await run_in_threadpool(_decoded, content, options.most_pixels)
    except (OSError, ValueError):
        return {"error": "this is damaged, too large, or no picture that can be read"}
    try:
        async with asyncio.timeout(options.timeout_seconds):
            seen = await asyncio.wrap_future(opened.camera.put(image))
    except TimeoutError:
        seen = None
    return {"sample": None} if seen is None else _facts(seen)


def _decoded(content: bytes, most_pixels: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(read_rgb(io.BytesIO(content), most_pixels))


def _facts(seen: Seen) -> dict[str, Any]:
    frame = seen.sample.frame
    return {
        "sample": frame.index,
        "seconds": round(frame.seconds, 3),
        "faces": [{"track": face.track, "box": [float(side) for side in face.box]} for face in seen.sample.faces],
        "observations": [
            {
                "analyzer": each.analyzer,
                "subject": each.subject,
                "scores": {label: round(float(score), 4) for label, score in each.scores.items()},
            }
            for each in seen.observations
        ],
    }
