"""Serves an ASGI application in a thread: opened before it returns, closed without leaving anybody waiting."""

from __future__ import annotations

import os
import socket
import threading
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING

from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    import uvicorn
    from starlette.types import ASGIApp

    from monitor.live.certificate import Certificate

CLOSE_SECONDS = 2
"""How long requests under way may go on once the server closes; uvicorn counts in whole seconds."""
ANY_ADDRESS = ("", "0.0.0.0", "::")
"""What stands for every network of this machine."""


class BackgroundServer:
    """uvicorn with one application, in a daemon thread with an event loop of its own.

    The thread waits for somebody who asks, and only then imports uvicorn and makes the application: most runs are
    watched by nobody. Who asks is answered when that is done.
    """

    def __init__(self, make_app: Callable[[], ASGIApp], listening: socket.socket, *, websockets: bool = False) -> None:
        """Serve at `listening`, which `listen` opened and which this object closes; `websockets` are served where the
        application has routes for them."""
        self.url = address_of(listening)
        """Root address, as a browser on this machine calls it."""
        self._make_app = make_app
        self._socket = listening
        self._websockets = websockets
        self._server: uvicorn.Server | None = None
        self._closing = False
        self._awake, self._wake = socket.socketpair()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the server; requests under way get CLOSE_SECONDS. May be called more than once."""
        with self._lock:
            self._closing = True
            if self._server is not None:
                self._server.should_exit = True
        self._wake.close()  # which the other end notices
        self._thread.join()
        self._awake.close()
        self._socket.close()

    def _serve(self) -> None:
        with DefaultSelector() as waiting:
            for each in (self._socket, self._awake):
                waiting.register(each, EVENT_READ)
            waiting.select()
        if self._closing:
            return
        import uvicorn

        server = uvicorn.Server(server_config(self._make_app(), websockets=self._websockets))
        with self._lock:
            if self._closing:
                return
            self._server = server
        server.run([self._socket])


def server_config(app: ASGIApp, certificate: Certificate | None = None, *, websockets: bool = False) -> uvicorn.Config:
    """uvicorn's settings for every server of the program: quiet, without compression or hints of what it is; over HTTPS
    where there is a certificate."""
    import uvicorn

    return uvicorn.Config(
        app,
        log_config=None,  # its own would close every handler of logging that other packages have set up
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSE_SECONDS,
        ws="websockets-sansio" if websockets else "none",
        ws_per_message_deflate=False,  # pictures are compressed already
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )


def listen(host: str, port: int, refused: Callable[[str], str]) -> socket.socket:
    """A socket that listens at `host` and `port` (0: any free one).

    Raises ConfigError with the words of `refused`, which is given the reason, where that is not possible.
    """
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except socket.gaierror as error:
        raise ConfigError(refused(error.strerror or str(error))) from None
    except OSError as error:  # in the system's words: Python's repeat the address
        raise ConfigError(refused(os.strerror(error.errno) if error.errno else str(error))) from None


def elsewhere(host: str) -> str:
    """What to say behind the address of what is served at `host`, where that is not the only one.

    >>> elsewhere("0.0.0.0"), elsewhere("127.0.0.1")
    (' and at all addresses of this machine', '')
    """
    return " and at all addresses of this machine" if host in ANY_ADDRESS else ""


def address_of(listening: socket.socket, scheme: str = "http") -> str:
    """The root address of what is served at a socket, as a browser on this machine calls it."""
    host, port = listening.getsockname()[:2]
    host = "127.0.0.1" if host in ANY_ADDRESS else host
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
