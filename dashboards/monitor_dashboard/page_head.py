"""What the dashboard adds to the head of every page: plotly.js, run while Streamlit's own scripts are still fetched.

Otherwise a browser would begin to read it, which takes a quarter of a second, when the first plot is to be drawn.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor_dashboard import scripts

HEAD = f'<script async fetchpriority="high" src="{scripts.PLOTLY}"></script>'.encode()


class PageHead:
    """Middleware that puts HEAD into each page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        started: Message = {}
        body = b""

        async def sent(message: Message) -> None:
            nonlocal started, body
            if message["type"] == "http.response.start" and _is_page(message):
                started = message
            elif message["type"] == "http.response.body" and started:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    page = body.replace(b"<head>", b"<head>" + HEAD, 1)
                    MutableHeaders(scope=started)["content-length"] = str(len(page))
                    await send(started)
                    await send({"type": "http.response.body", "body": page})
            else:
                await send(message)

        await self._app({**scope, "headers": plain}, receive, sent)


def _is_page(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
