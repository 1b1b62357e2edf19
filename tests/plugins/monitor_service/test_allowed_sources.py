"""Patterns of addresses: each part is compared by itself."""

from __future__ import annotations

import pytest

from monitor_service.allowed_sources import address_matches

PATTERN = "rtsp://*.cameras.example.org:554/live/*"


@pytest.mark.parametrize(
    "address",
    ["rtsp://door.cameras.example.org:554/live/1", "rtsp://me:p@ss@Door.Cameras.example.org:554/live/1?profile=2"],
)
def test_like_the_pattern(address: str) -> None:
    assert address_matches(address, PATTERN)


@pytest.mark.parametrize(
    "address",
    [
        "http://door.cameras.example.org:554/live/1",
        "rtsp://door.cameras.example.org/live/1",
        "rtsp://door.cameras.example.org:554/other/1",
        "rtsp://evil.example/.cameras.example.org:554/live/1",
        "rtsp://evil.example#@door.cameras.example.org:554/live/1",
        "rtsp://evil.example?@door.cameras.example.org:554/live/1",
        "rtsp://evil.example\\@door.cameras.example.org:554/live/1",
        "rtsp://door.cameras.example.org:554@evil.example/live/1",
        "rtsp://[door.cameras.example.org:554/live/1",
    ],
)
def test_of_others(address: str) -> None:
    assert not address_matches(address, PATTERN)
