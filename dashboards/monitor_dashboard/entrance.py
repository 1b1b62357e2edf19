"""Lets in who has a token, where more than this machine can reach the dashboard.

A browser sends no token by itself, so a page asks for it once and a cookie keeps it. Pages write names and marks, which
takes a token with the scope control.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from monitor.errors import StoreError
from monitor.store.database import Database
from monitor.store.tokens import scope_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "monitor_token"
COOKIE_SECONDS = 30 * 24 * 3600
OPEN_PATHS = frozenset({"/_stcore/health"})
"""Answered to everybody; it tells nothing but that the process lives."""
ENTER = "/enter"
PAGE_PATH = re.compile(r"/[\w-]+")
"""Of a page; what a browser might take for another host is none."""
MOST_BYTES = 2000
"""Largest form that is read."""
POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Emotion Monitor</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-items: center; min-height: 90vh; margin: 0 }
  form { display: grid; gap: .75rem; width: min(22rem, 90vw) }
  h1 { font-size: 1.4rem; margin: 0 } p { margin: 0 } code { font-size: .9em }
  input, button { font: inherit; padding: .5rem .6rem; border-radius: .4rem; border: 1px solid #8888 }
  button { background: #1f8a84; color: #fff; border-color: #1f8a84; cursor: pointer }
  .wrong { color: #d33 }
</style></head><body>
<form method="post" action="/enter">
  <h1>Emotion Monitor</h1>
  %s
  <label for="token">Token</label>
  <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
  <button>Enter</button>
  <p>Whoever runs this dashboard makes one with <code>monitor token new --scope control</code>.</p>
</form></body></html>
"""
WRONG = '<p class="wrong" role="alert">This token is not known here, was removed, or may only read.</p>'

AWAY = '<p class="wrong" role="alert">The store does not answer; try again later.</p>'


class Entrance:
    """ASGI middleware: passes on what carries a token with the scope control, and shows the page to all others."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        try:
            if scope["type"] == "http" and scope["path"] == ENTER and scope["method"] == "POST":
                await self._enter(scope, receive, send)
            elif await self._opens(_token(scope)):
                await self._app(scope, receive, send)
            elif scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: answered with 403
            else:
                await HTMLResponse(PAGE % "", 401, POLICY)(scope, receive, send)
        except StoreError:
            await HTMLResponse(PAGE % AWAY, 503, POLICY)(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        async for piece in Request(scope, receive).stream():
            body += piece
            if len(body) > MOST_BYTES:
                break
        token = parse_qs(body.decode("latin-1")).get("token", [""])[0].strip()
        if not await self._opens(token):
            await HTMLResponse(PAGE % WRONG, 401, POLICY)(scope, receive, send)
            return
        response = RedirectResponse(_asked_for(scope), 303)
        secure = scope["scheme"] == "https"
        response.set_cookie(COOKIE, token, COOKIE_SECONDS, httponly=True, samesite="strict", secure=secure)
        await response(scope, receive, send)

    async def _opens(self, token: str) -> bool:
        return bool(token) and await run_in_threadpool(scope_of, self._database, token) == "control"


def _asked_for(scope: Scope) -> str:
    """The page from which the form was sent; the first one where that is the form's own, or no address of a page."""
    asked = urlsplit(Request(scope).headers.get("referer", ""))
    if asked.path == ENTER or not PAGE_PATH.fullmatch(asked.path):
        return "/"
    return asked._replace(scheme="", netloc="").geturl()


def _token(scope: Scope) -> str:
    """The token in the header or the cookie of a request; empty where there is none."""
    headers: dict[bytes, str] = {name: value.decode("latin-1") for name, value in scope["headers"]}
    kind, _, token = headers.get(b"authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    try:
        found = SimpleCookie(headers.get(b"cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
