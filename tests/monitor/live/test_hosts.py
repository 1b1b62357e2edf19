"""Which names count as this machine's."""

from __future__ import annotations

import socket

import pytest

from monitor.live.hosts import is_own_host


@pytest.mark.parametrize(
    "header",
    [
        "127.0.0.1",
        "192.168.1.7:8600",
        "[::1]",
        "[fe80::1]:8600",
        "localhost:8600",
        "LOCALHOST",
        "studio",
        "studio.local:8600",
        "camera.lan",
        "watch.example.org",
        "watch.example.org.:80",
        socket.getfqdn(),
    ],
)
def test_own(header: str) -> None:
    assert is_own_host(header, {"watch.example.org"})


@pytest.mark.parametrize(
    "header",
    [
        "",
        "evil.example",
        "evil.example:8600",
        "127.0.0.1.evil.example",
        "local.evil.example",
        "[::1].evil.example",
        ":80",
    ],
)
def test_of_others(header: str) -> None:
    assert not is_own_host(header, {"watch.example.org"})
