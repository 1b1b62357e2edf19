"""`monitor delete`."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from monitor.commands.delete import delete
from monitor.errors import MonitorError, UnknownSession
from monitor.plugin.registry import Plugins, Registration
from monitor.settings import Settings
from monitor.store import Store
from tests.made_up_session import MadeUpSession


@pytest.fixture(autouse=True)
def _store() -> None:
    with Store("a.db", create=True) as store:
        for name in ("monday", "tuesday"):
            made_up = MadeUpSession(store, name)
            made_up.play(5)
            made_up.end("finished")


def names() -> list[str]:
    with Store("a.db") as store:
        return [session.name for session in store.sessions()]


def test_sessions_go_and_sinks_forget_them(plugins: Plugins) -> None:
    forgotten: list[tuple[int, str]] = []

    def forget(session: int, settings: Settings) -> None:
        forgotten.append((session, settings.store))

    plugins.sinks["keeper"] = Registration("sinks", "keeper", object, "tests", forget=forget)
    with plugins.in_use():
        delete(["tuesday", "2"], yes=True, store="a.db")
    assert names() == ["monday"]
    assert forgotten == [(2, "a.db")]


def test_a_session_whose_moments_cannot_be_deleted_stays(plugins: Plugins) -> None:
    """Or else nobody could ask for it once more."""

    def forget(session: int, settings: Settings) -> None:
        raise MonitorError("the disk is full")

    plugins.sinks["keeper"] = Registration("sinks", "keeper", object, "tests", forget=forget)
    with plugins.in_use(), pytest.raises(MonitorError, match="the disk is full"):
        delete(["tuesday"], yes=True, store="a.db")
    assert names() == ["tuesday", "monday"]
    with Store("a.db") as store:
        assert len(store.samples(store.session("tuesday")))


def test_it_asks_first(
    monitor: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert monitor("delete", "1", "2", "--store", "a.db") == 1
    told = capsys.readouterr()
    assert "session 1 (monday), 2 people\n" in told.out
    assert told.out.endswith("Delete these 2 for good? [y/N]: \n")
    assert told.err == "monitor: nothing was deleted\n"
    assert names() == ["tuesday", "monday"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert monitor("delete", "1", "--store", "a.db") == 0
    assert names() == ["tuesday"]


def test_where_nobody_can_answer_it_says_how(
    monitor: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert monitor("delete", "1", "--store", "a.db") == 1
    assert capsys.readouterr().err == "monitor: nothing was deleted; give `--yes` where nobody can answer\n"
    assert names() == ["tuesday", "monday"]


class Terminal(io.StringIO):
    """What somebody types: nothing, and then a key."""

    def __init__(self, key: type[BaseException]) -> None:
        super().__init__()
        self._key = key

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:
        raise self._key


@pytest.mark.parametrize("key", [KeyboardInterrupt, EOFError], ids=["Ctrl-C", "Ctrl-D"])
def test_at_a_terminal_a_key_declines(
    monitor: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    key: type[BaseException],
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(key))
    assert monitor("delete", "1", "--store", "a.db") == 1
    told = capsys.readouterr()
    assert told.out.endswith("Delete it for good? [y/N]: \n")
    assert told.err == "monitor: nothing was deleted\n"
    assert names() == ["tuesday", "monday"]


def test_nothing_goes_where_one_is_not_there(plugins: Plugins) -> None:
    with plugins.in_use(), pytest.raises(UnknownSession, match="'friday'"):
        delete(["monday", "friday"], yes=True, store="a.db")
    assert names() == ["tuesday", "monday"]
