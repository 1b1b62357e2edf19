"""Serves the newest picture of every source over HTTP, so that a page only has to embed an address.

    /             every source's number
    /3.mjpg       source 3 as an endless MJPEG stream
    /3.jpg        its newest picture
    /health       {"status": "running", "sources": [...]}

Pictures are drawn and encoded when somebody looks, at most MOST_PER_SECOND times a second, and kept by nobody.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from monitor.annotate import annotated_jpeg
from monitor.errors import ConfigError
from monitor.sample import Observation, Sample

BOUNDARY = "picture"
MOST_PER_SECOND = 10.0


class PictureServer:
    """A small HTTP server in a thread of its own. Raises ConfigError where the port is taken."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._newest: dict[int, tuple[Sample, Sequence[Observation]]] = {}
        self._encoded: dict[int, tuple[Sample, bytes]] = {}
        self._changed = threading.Condition()
        self._closed = False
        try:
            self._server = _Server((host, port), _Handler)
        except OSError as error:
            raise ConfigError(
                f"live pictures cannot be served at {host}:{port} ({error.strerror}); "
                "set another picture_port, or 0 for any free one"
            ) from None
        self._server.pictures = self
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        self.url = f"http://{shown}:{self._server.server_address[1]}"
        """Root address."""
        threading.Thread(target=self._server.serve_forever, name="picture server", daemon=True).start()

    def publish(self, source_id: int, sample: Sample, observations: Sequence[Observation]) -> None:
        """Make this the newest picture of a source."""
        with self._changed:
            self._newest[source_id] = (sample, observations)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def jpeg(self, source_id: int, other_than: Sample | None = None) -> tuple[Sample, bytes] | None:
        """The newest picture of a source and its sample; waits for one that is not `other_than`. None at the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or (source_id in self._newest and self._newest[source_id][0] is not other_than)
            )
            if self._closed:
                return None
            sample, observations = self._newest[source_id]
            encoded = self._encoded.get(source_id)
            if encoded is not None and encoded[0] is sample:
                return encoded
        picture = (sample, annotated_jpeg(sample, observations))
        self._encoded[source_id] = picture
        return picture

    def sources(self) -> list[dict[str, Any]]:
        """Number, name and stream time of every source that has a picture."""
        with self._changed:
            newest = sorted(self._newest.items())
        return [{"id": n, "name": s.frame.source, "seconds": s.frame.seconds} for n, (s, _) in newest]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    pictures: PictureServer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        pictures = self.server.pictures
        path = self.path.split("?")[0].strip("/")
        name, _, kind = path.partition(".")
        known = {source["id"] for source in pictures.sources()}
        if path in ("", "health"):
            self._send("application/json", json.dumps({"status": "running", "sources": pictures.sources()}).encode())
        elif kind in ("jpg", "mjpg") and name.isdigit() and int(name) in known:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the viewer went away
                self._stream(int(name)) if kind == "mjpg" else self._picture(int(name))
        else:
            self.send_error(404, "no picture there (yet)")

    def _picture(self, source_id: int) -> None:
        newest = self.server.pictures.jpeg(source_id)
        if newest is not None:
            self._send("image/jpeg", newest[1])

    def _stream(self, source_id: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        begin = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
        self.wfile.write(begin)
        shown: Sample | None = None
        while (newest := self.server.pictures.jpeg(source_id, other_than=shown)) is not None:
            shown, jpeg = newest
            self.wfile.write(jpeg + b"\r\n" + begin)  # Chromium shows a picture only when the next one's head is there
            self.wfile.flush()
            time.sleep(1 / MOST_PER_SECOND)

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Requests are not logged: a page asks several times a second."""
