"""`monitor dashboard` as a process: it answers, it ends on Ctrl-C, and a taken port is one line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import ConfigError, MonitorError
from monitor.settings import Settings
from monitor.store import Session
from monitor_dashboard import command


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


@pytest.fixture
def recorded_store(store_path: Path, whole_frames: Session) -> Path:
    """A store with a session."""
    return store_path


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_started_dashboard_answers_until_it_is_stopped(free_port: int, recorded_store: Path) -> None:
    server = command.start(Settings(store=str(recorded_store), dashboard_port=free_port))
    try:
        assert answers(free_port)
        with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/favicon.png") as picture:
            assert picture.read(4) == b"\x89PNG"
    finally:
        server.stop()
    assert not answers(free_port)
    server.stop()  # once more does no harm


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_and_its_server(
    free_port: int, recorded_store: Path, tmp_path: Path, number: signal.Signals
) -> None:
    words = [sys.executable, "-m", "monitor", "dashboard", "--store", str(recorded_store), "--port", str(free_port)]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            assert line == f"Dashboard at http://127.0.0.1:{free_port} (Ctrl-C ends it)\n"
            assert answers(free_port)
            process.send_signal(number)
            assert process.wait(timeout=120) == 0
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()
    assert not answers(free_port)


def test_a_killed_command_leaves_no_server_behind(free_port: int, recorded_store: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "monitor", "dashboard", "--store", str(recorded_store), "--port", str(free_port)]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        process.stderr.readline()
        assert answers(free_port)
        process.kill()
    end = time.monotonic() + 120
    while answers(free_port) and time.monotonic() < end:
        time.sleep(0.1)
    assert not answers(free_port)


def test_a_taken_port_is_named(taken_port: int, recorded_store: Path) -> None:
    with pytest.raises(
        ConfigError, match=rf"127\.0\.0\.1:{taken_port} \(Address already in use\); choose another with"
    ):
        command.dashboard(store=str(recorded_store), port=taken_port)


def test_an_address_that_is_not_of_this_machine_is_named(free_port: int) -> None:
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        command.start(Settings(store="x.db", dashboard_port=free_port), None, "192.0.2.1")


def test_a_server_that_ends_at_once_is_an_error(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "SERVER", "monitor.no_such_server")
    with pytest.raises(MonitorError, match="did not start"):
        command.start(Settings(store="x.db", dashboard_port=free_port))


def test_the_address_of_the_store_is_no_argument_that_others_could_read(
    free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[list[str], dict[str, str]]] = []

    def popen(words: list[str], env: dict[str, str], **_: object) -> subprocess.Popen[bytes]:
        calls.append((words, env))
        raise OSError("not started")

    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(OSError, match="not started"):
        command.start(Settings(store="postgresql://me:secret@host/db", dashboard_port=free_port), Path("my.toml"))
    ((words, variables),) = calls
    assert not any("secret" in argument for argument in words)
    assert variables["MONITOR_STORE"] == "postgresql://me:secret@host/db"
    assert variables["MONITOR_CONFIG"] == "my.toml"
    assert os.environ.get("MONITOR_STORE") is None


@pytest.mark.parametrize(
    ("address", "page"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::1", "http://[::1]:80")],
)
def test_the_page_address_is_what_to_type_here(address: str, page: str) -> None:
    assert command.page_address(address, 80) == page
