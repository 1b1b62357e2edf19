"""What every server of the program has in common."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import closing

import httpx
from starlette.responses import PlainTextResponse

from monitor.live.background_server import BackgroundServer, listen, server_config


def test_a_server_leaves_the_handlers_of_logging_as_they_are() -> None:
    class Handler(logging.Handler):
        closed = False

        def close(self) -> None:
            self.closed = True
            super().close()

    handler = Handler()  # as packages make one when they are imported
    server_config(lambda *_: None)  # type: ignore[arg-type]
    assert not handler.closed
    handler.close()


def test_the_application_is_made_when_somebody_asks_and_not_before() -> None:
    made = []

    def make_app() -> PlainTextResponse:
        made.append(True)
        return PlainTextResponse("hello")

    with closing(BackgroundServer(make_app, listen("127.0.0.1", 0, str))):
        assert made == []
    assert made == []  # nor when it closes
    with closing(BackgroundServer(make_app, listen("127.0.0.1", 0, str))) as server:
        assert [httpx.get(server.url).text for _ in range(2)] == ["hello", "hello"]
    assert made == [True]


def test_where_nobody_asks_no_web_server_is_imported() -> None:
    code = "import sys; from monitor.live.server import PictureServer; PictureServer().close()\n"
    code += "print({'uvicorn', 'starlette'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "set()\n"
