"""`monitor run`: what its options leave in the store. tests/monitor/test_cli.py runs it on videos of all kinds."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor.store import Store


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.full((48, 64, 3), 90, np.uint8))
    return path


def test_a_session_keeps_how_it_is_shown(
    monitor: Callable[..., int], picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config.toml").write_text("[shown]\ncalibrate_seconds = 10\n")
    assert monitor("run", picture, "--half-life", "2", "--no-dashboard") == 0
    assert "these shares are raw" in capsys.readouterr().out
    assert monitor("run", picture, "--calibrate", "0", "--json") == 0
    assert json.loads(capsys.readouterr().out)["session"] == 2
    with Store("emotion-monitor.db") as store:
        kept = [(each.half_life_seconds, each.calibrate_seconds) for each in reversed(store.sessions())]
    assert kept == [(2.0, 10.0), (0.0, 0.0)]


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port at which something else is served, such as the dashboard of another terminal."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def test_a_run_that_would_serve_a_dashboard_too_records_without_where_one_is_open(
    monitor: Callable[..., int],
    picture: Path,
    taken_port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert monitor("run", picture, "--dashboard-port", str(taken_port)) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"monitor: no dashboard can be served at 127.0.0.1:{taken_port} (Address already in use); "
        "--dashboard-port takes another port; recording without it"
    )
    with Store("emotion-monitor.db") as store:
        assert [each.state for each in store.sessions()] == ["finished"]


def test_a_dashboard_that_was_asked_for_and_cannot_be_served_leaves_no_session(
    monitor: Callable[..., int], picture: Path, taken_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("run", picture, "--dashboard", "--dashboard-port", str(taken_port)) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--dashboard-port takes another port" in line
    assert not Path("emotion-monitor.db").exists()


@pytest.mark.parametrize("option", ["--half-life", "--calibrate"])
@pytest.mark.parametrize("value", ["-1", "nan", "long"])
def test_a_value_that_is_no_length_of_time_is_one_line(
    monitor: Callable[..., int], picture: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert monitor("run", picture, option, value, "--no-dashboard") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert option.strip("-").replace("-", "_") in line.replace("-", "_")
    assert not Path("emotion-monitor.db").exists()
