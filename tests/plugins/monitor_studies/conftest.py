"""A store with a made-up session of two minutes, and the command line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor import cli
from monitor.store import Session, Store
from tests.made_up_session import MadeUpSession

Monitor = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def made_up_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, as it takes a while; tests work on copies."""
    path = tmp_path_factory.mktemp("made-up") / "emotion-monitor.db"
    with Store(path, create=True) as opened:
        made_up = MadeUpSession(opened)
        made_up.play(120)
        made_up.end()
    return path


@pytest.fixture
def store(tmp_path: Path, made_up_store: Path) -> Iterator[Store]:
    """The store in the working directory, where the command line looks for it."""
    with Store(shutil.copy(made_up_store, tmp_path)) as opened:
        yield opened


@pytest.fixture
def session(store: Store) -> Session:
    return store.session("latest")


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Monitor:
    """Runs `monitor ARGUMENTS`; its exit code, standard output and standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["monitor", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run
