"""Scripts of the pages, plotly.js and Streamlit's own: answered out of memory, compressed, and kept by browsers.

A page begins with a hundred scripts of Streamlit's, which are otherwise read from disk and sent uncompressed, in a
second altogether. Their names carry a digest of what is in them, and that of plotly its version, so none changes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit
from plotly.offline import get_plotlyjs_version
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor_dashboard import plotly_script

PLOTLY = f"/plotly/{get_plotlyjs_version()}/{'-'.join(plotly_script.FIRST)}.js"
"""Address of plotly.js as plotly_script.py makes it."""
STREAMLIT = Path(streamlit.__file__).parent / "static"
FOR_GOOD = "public, max-age=31536000, immutable"


class Scripts:
    """Middleware that answers scripts and leaves everything else to the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in sources()
        await (_answer(Request(scope)) if known else self._app)(scope, receive, send)


@cache
def sources() -> dict[str, Callable[[], bytes]]:
    """What reads each script, by its address."""
    own = {f"/static/js/{file.name}": file.read_bytes for file in (STREAMLIT / "static" / "js").glob("*.js")}
    return {PLOTLY: plotly_script.source, **own}


def prepare() -> None:
    """Compress what every page begins with, before somebody waits for it."""
    page = (STREAMLIT / "index.html").read_text(encoding="utf-8")
    for address in (PLOTLY, *re.findall(r'"\.(/static/js/[^"]+)"', page)):
        if address in sources():
            _compressed(address)


def _answer(request: Request) -> Response:
    address = request.url.path
    headers = {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(sources()[address](), headers=headers, media_type="text/javascript")
    return Response(_compressed(address), headers=headers | {"Content-Encoding": "gzip"}, media_type="text/javascript")


@cache
def _compressed(address: str) -> bytes:
    return gzip.compress(sources()[address](), compresslevel=6)
