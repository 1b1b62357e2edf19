"""The live picture: an address that the browser opens itself, so that no picture passes through Streamlit."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit, urlunsplit

from markupsafe import Markup

ANSWER_SECONDS = 0.5


def picture_html(picture_url: str, source_id: int, page_host: str | None) -> Markup:
    """An <img> of the source's MJPEG stream."""
    address = f"{seen_from(picture_url, page_host)}/{source_id}.mjpg"
    return Markup('<img class="live-picture" alt="Live picture" src="{}">').format(address)


def seen_from(picture_url: str, page_host: str | None) -> str:
    """The engine's address as the browser must call it.

    An engine on this machine is `127.0.0.1` to the dashboard, but to a browser elsewhere it is the host of the page.

    >>> seen_from("http://127.0.0.1:8600", "studio.local")
    'http://studio.local:8600'
    """
    parts = urlsplit(picture_url)
    if page_host is None or parts.hostname not in ("127.0.0.1", "localhost", "0.0.0.0", "::1"):
        return picture_url.rstrip("/")
    host = f"[{page_host}]" if ":" in page_host else page_host
    return urlunsplit((parts.scheme, f"{host}:{parts.port}", parts.path, "", "")).rstrip("/")


def sources_with_picture(picture_url: str) -> set[int]:
    """Numbers of the sources that the engine shows right now; empty where it does not answer."""
    try:
        with urllib.request.urlopen(f"{picture_url}/health", timeout=ANSWER_SECONDS) as answer:
            return {int(source["id"]) for source in json.load(answer)["sources"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
