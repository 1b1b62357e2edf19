"""A recorded session to run commands on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor import cli
from monitor.store import Store
from tests.made_up_session import MadeUpSession

Monitor = Callable[..., int]


@pytest.fixture(scope="session")
def recorded_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two sessions: `first` finished, `second` stopped."""
    path = tmp_path_factory.mktemp("recorded") / "two.db"
    with Store(path, create=True) as store:
        for name, state, seconds in (("first", "finished", 30), ("second", "stopped", 10)):
            session = MadeUpSession(store, name=name)
            session.play(seconds)
            session.end(state)
    return path


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Monitor:
    """A function that runs `monitor ARGUMENTS` in an empty folder, in this process; its exit code."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> int:
        monkeypatch.setattr(sys, "argv", ["monitor", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0)

    return run
