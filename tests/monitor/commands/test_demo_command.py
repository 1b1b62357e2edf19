"""`monitor demo`, with a clip of two seconds in place of twenty-four."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.plugin import Server
from monitor.settings import Settings
from monitor.store import Store


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch, demo_clip: Path) -> None:
    """Making the clip takes most of the command's time and is tested by itself."""
    monkeypatch.setattr("monitor.demo.clip.make_demo_clip", lambda path, _: path.write_bytes(demo_clip.read_bytes()))


def test_clip_store_and_report_lie_in_the_folder_and_the_shares_are_printed(
    monitor: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("demo", "--folder", "show") == 0
    assert sorted(path.name for path in Path("show").iterdir()) == ["demo.db", "demo.mp4", "report.html"]
    shown = capsys.readouterr().out
    for words in ("making show/demo.mp4", "happiness", "report: show/report.html"):
        assert words in shown
    with Store("show/demo.db") as store:
        session = store.session("demo")
        assert (session.state, len(store.samples(session))) == ("finished", 4)
        assert not store.observations(session).empty
    assert "<h1>demo</h1>" in Path("show/report.html").read_text()


class Stand:
    """A dashboard that was stopped at once."""

    address = "http://made.up"

    def __init__(self, settings: Settings, config: Path | None) -> None:
        self.served = (settings.store, settings.dashboard_port, config)
        self.calls: list[str] = []

    def wait(self) -> None:
        self.calls.append("wait")

    def stop(self) -> None:
        self.calls.append("stop")


def test_at_a_terminal_the_dashboard_follows(
    monitor: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[Stand] = []

    def start(settings: Settings, config: Path | None) -> Stand:
        served.append(Stand(settings, config))
        return served[-1]

    monkeypatch.setattr("monitor.commands.dashboard.installed_dashboard", lambda: Server(print, start))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert monitor("demo", "--dashboard-port", "8765") == 0
    (stand,) = served
    assert stand.served == ("demo/demo.db", 8765, None)
    assert stand.calls == ["wait", "stop"]
    assert "dashboard: http://made.up" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert monitor("demo", "--dashboard-port", str(port)) == 0
    assert len(served) == 1
    assert f"monitor: no dashboard can be served at 127.0.0.1:{port}" in capsys.readouterr().err
