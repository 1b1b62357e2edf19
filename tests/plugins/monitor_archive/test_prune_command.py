"""`monitor prune`."""

from __future__ import annotations

import io
import sys
import time

import pytest
import sqlalchemy as sa
import typer

from monitor.plugin.registry import Plugins
from monitor.store import Store, tables
from monitor_archive.prune_command import age_seconds, prune
from tests.made_up_session import MadeUpSession

DAY = 86400.0


@pytest.fixture(autouse=True)
def _store() -> None:
    """A session of a hundred days ago and one of yesterday."""
    with Store("a.db", create=True) as store:
        for name, days in (("old", 100), ("new", 1)):
            made_up = MadeUpSession(store, name)
            made_up.play(5)
            made_up.end("finished")
            at = time.time() - days * DAY
            own = tables.sessions.c.name == name
            with store.engine.begin() as connection:
                connection.execute(tables.sessions.update().where(own).values(ended_at=at, alive_at=at))


def observations() -> dict[str, int]:
    with Store("a.db") as store:
        return {each.name: len(store.observations(each)) for each in store.sessions()}


def test_old_sessions_go(plugins: Plugins, capsys: pytest.CaptureFixture[str]) -> None:
    with plugins.in_use():
        prune("90d", yes=True, store="a.db")
    assert list(observations()) == ["new"]
    assert capsys.readouterr().out == "1 session deleted\n"


def test_windows_of_old_sessions_can_stay(plugins: Plugins) -> None:
    before = observations()
    with plugins.in_use():
        prune("90d", keep_windows=True, yes=True, store="a.db")
    assert observations() == before | {"old": 0}
    with Store("a.db") as store:
        assert len(store.windows(store.session("old"), "face-fusion"))
        assert store.rows(sa.select(tables.samples))


def test_nothing_old_is_no_error(plugins: Plugins, capsys: pytest.CaptureFixture[str]) -> None:
    with plugins.in_use():
        prune("52w", store="a.db")
    assert capsys.readouterr().out == "no session ended longer ago than 52w\n"
    assert list(observations()) == ["new", "old"]


def test_without_an_answer_nothing_goes(
    plugins: Plugins, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with plugins.in_use(), pytest.raises(typer.Exit) as ended:
        prune("90d", store="a.db")
    told = capsys.readouterr()
    assert ended.value.exit_code == 1
    assert told.out == "Delete 1 session for good? [y/N]: \n"
    assert told.err == "monitor: nothing was deleted; give `--yes` where nobody can answer\n"
    assert list(observations()) == ["new", "old"]


@pytest.mark.parametrize("text", ["", "90", "d", "-3d", "3y", "1e3d"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not an age"):
        age_seconds(text)
