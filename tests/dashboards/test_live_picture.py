"""The address of the live picture, as the browser must call it."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.live.server import PictureServer
from monitor.sample import Frame, Sample
from monitor_dashboard.picture import picture_html, seen_from, sources_with_picture


@pytest.mark.parametrize(
    ("engine", "page_host", "expected"),
    [
        ("http://127.0.0.1:8600", "localhost", "http://localhost:8600"),
        ("http://127.0.0.1:8600/", "studio.local", "http://studio.local:8600"),
        ("http://127.0.0.1:8600", "fe80::1", "http://[fe80::1]:8600"),
        ("http://127.0.0.1:8600", None, "http://127.0.0.1:8600"),
        ("http://192.168.1.7:8600", "studio.local", "http://192.168.1.7:8600"),
    ],
)
def test_an_engine_of_this_machine_is_called_as_the_page_was(engine: str, page_host: str | None, expected: str) -> None:
    assert seen_from(engine, page_host) == expected


def test_the_address_cannot_break_out_of_its_attribute() -> None:
    assert 'onerror="' not in picture_html('http://x" onerror="alert(1)', 1, None)


def test_only_sources_that_the_engine_shows_are_asked_for() -> None:
    server = PictureServer()
    assert sources_with_picture(server.url) == set()
    server.publish(4, Sample(Frame(np.zeros((8, 8, 3), np.uint8), 0.0, 1, 0, source_name="clip")), [])
    assert sources_with_picture(server.url) == {4}
    server.close()
    assert sources_with_picture(server.url) == set()
