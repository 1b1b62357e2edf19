"""`monitor delete`."""

from __future__ import annotations

import pytest
from click.exceptions import Abort

from monitor.commands.delete import delete
from monitor.errors import UnknownSession
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


def test_it_asks_first(plugins: Plugins, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(question: str, *, abort: bool) -> None:
        assert question == "Delete these 2 for good?"
        assert abort
        raise Abort

    monkeypatch.setattr("monitor.commands.delete.typer.confirm", refuse)
    with plugins.in_use(), pytest.raises(Abort):
        delete(["1", "2"], store="a.db")
    assert names() == ["tuesday", "monday"]
    assert "session 1 (monday), 2 people" in capsys.readouterr().out


def test_nothing_goes_where_one_is_not_there(plugins: Plugins) -> None:
    with plugins.in_use(), pytest.raises(UnknownSession, match="'friday'"):
        delete(["monday", "friday"], yes=True, store="a.db")
    assert names() == ["tuesday", "monday"]
