"""A live MPEG transport stream over HTTP on this machine, which can be cut and restored."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CHUNK = 188 * 7
"""Bytes sent at once, whole transport packets."""


class LoopbackStream:
    """Sends a recording at the pace at which it was filmed, from its beginning for each viewer, over and over."""

    def __init__(self, recording: Path, seconds: float) -> None:
        self.is_up = True
        self._body = recording.read_bytes()
        self._pause = seconds * CHUNK / len(self._body)
        self._ended = threading.Event()
        stream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not stream.is_up:
                    self.send_error(503)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "video/mp2t")
                self.end_headers()
                for chunk in stream.chunks():
                    try:
                        self.wfile.write(chunk)
                    except OSError:  # the viewer left
                        return

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/live.ts"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def chunks(self) -> Iterator[bytes]:
        """What one viewer gets, until the stream is cut."""
        while True:
            for at in range(0, len(self._body), CHUNK):
                if not self.is_up or self._ended.wait(self._pause):
                    return
                yield self._body[at : at + CHUNK]

    def close(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def streaming(recording: Path, seconds: float) -> Iterator[LoopbackStream]:
    """A stream that is up while inside."""
    stream = LoopbackStream(recording, seconds)
    try:
        yield stream
    finally:
        stream.close()
