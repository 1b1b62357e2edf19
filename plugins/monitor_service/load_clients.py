"""Clients of a service under load, in a process of their own, so that they share nothing with it but the machine.

    python -m monitor_service.load_clients pictures URL PICTURE CLIENTS SECONDS
    python -m monitor_service.load_clients follow URL SESSION CLIENTS
    python -m monitor_service.load_clients read URL SESSION CLIENTS SECONDS

`pictures` and `read` ask without pause, each client at least once; `follow` reads a session's events from its beginning
until it has ended. Each prints one JSON object.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HEADERS = {"Content-Type": "application/octet-stream"}
CONNECT_SECONDS = 60.0
"""Longest wait for an answer."""


def pictures(url: str, picture: str, clients: str, seconds: str) -> dict[str, Any]:
    """Ask about a picture: statuses, and how long each answer took."""
    content = Path(picture).read_bytes()
    return _ask_without_pause(url, [("POST", "/v1/recognize", content)], int(clients), float(seconds))


def read(url: str, session: str, clients: str, seconds: str) -> dict[str, Any]:
    """Read what there is of a session, and the figures of the service: as `pictures`."""
    paths = [f"/v1/sessions/{session}{rest}" for rest in ("", "/people", "/windows", "/observations", "/events")]
    return _ask_without_pause(
        url, [("GET", path, None) for path in (*paths, "/metrics", "/readyz")], int(clients), float(seconds)
    )


def follow(url: str, session: str, clients: str) -> dict[str, Any]:
    """Follow a session: how many observations each client was told, and whether it was told the end."""

    async def everybody() -> list[tuple[int, bool]]:
        return await asyncio.gather(*(_follow(url, session) for _ in range(int(clients))))

    told = asyncio.run(everybody())
    return {"observations": [count for count, _ in told], "ended": sum(ended for _, ended in told)}


def _ask_without_pause(
    url: str, requests: list[tuple[str, str, bytes | None]], clients: int, seconds: float
) -> dict[str, Any]:
    statuses: Counter[int] = Counter()
    waited: list[float] = []
    began = time.monotonic()
    end = began + seconds

    def client() -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=CONNECT_SECONDS)
        for method, path, body in cycle(requests):
            asked = time.monotonic()
            connection.request(method, path, body, HEADERS if body else {})
            response = connection.getresponse()
            response.read()
            statuses[response.status] += 1
            answered = time.monotonic()
            waited.append(answered - asked)
            if answered >= end:
                break
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"statuses": dict(statuses), "seconds": time.monotonic() - began, "waited_seconds": sorted(waited)}


async def _follow(url: str, session: str) -> tuple[int, bool]:
    """Observations that one client was told, and whether the session's end came."""
    netloc = urlsplit(url).netloc
    host, _, port = netloc.rpartition(":")
    async with asyncio.timeout(CONNECT_SECONDS):
        reader, writer = await asyncio.open_connection(host, int(port))
    path = f"/v1/sessions/{session}/stream?start=beginning"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {netloc}\r\nConnection: close\r\n\r\n".encode())
    observations, ended = 0, False
    while line := await reader.readline():
        observations += line == b"event: observation\n"
        ended = ended or line == b"event: ended\n"
    writer.close()
    return observations, ended


if __name__ == "__main__":
    kinds: dict[str, Callable[..., dict[str, Any]]] = {"pictures": pictures, "read": read, "follow": follow}
    print(json.dumps(kinds[sys.argv[1]](*sys.argv[2:])))
