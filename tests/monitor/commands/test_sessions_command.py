"""`monitor sessions`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.text import Text

from monitor.commands import sessions
from monitor.commands.sessions import facts
from monitor.store import Store, tables
from monitor.store.events import Event, add_events
from monitor.store.identities import Identities
from tests.made_up_session import MadeUpSession


def test_sessions_are_listed_the_newest_first(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("sessions", "--store", recorded_store) == 0
    head, second, first = capsys.readouterr().out.splitlines()
    assert head.split() == ["No.", "Name", "State", "Started", "Samples", "People", "Faults", "Sources"]
    assert second.split()[:3] == ["2", "second", "stopped"]
    assert first.split()[:3] == ["1", "first", "finished"]
    assert first.rstrip().endswith("interview.mp4, rtsp://camera.local/door")


@pytest.fixture
def long_path(tmp_path: Path) -> Path:
    """A store of a session whose recording lies deep."""
    with Store(tmp_path / "deep.db", create=True) as store:
        made_up = MadeUpSession(store, name="2026-11-28 13:04:05")
        made_up.play(30)
        made_up.end("interrupted")
        name = f"/recordings/{'november/' * 30}interview.mp4"
        with store.engine.begin() as connection:
            connection.execute(tables.sources.update().where(tables.sources.c.id == 1).values(name=name))
    return tmp_path / "deep.db"


def test_in_a_narrow_terminal_paths_give_way_and_numbers_stay(
    monitor: Callable[..., int], long_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert monitor("sessions", "--store", long_path) == 0
    head, first, *more = Text.from_ansi(capsys.readouterr().out).plain.splitlines()
    assert head.split() == ["No.", "Name", "State", "Started", "Samples", "People", "Faults", "Sources"]
    assert first.split()[:3] == ["1", "2026-11-28", "interrupted"]
    assert first.split()[6:9] == ["120", "2", "1"]
    assert "…/interv" in first
    assert "november" not in "".join([first, *more])
    assert all(len(line) <= 80 for line in (head, first, *more))


def test_nothing_is_cut_where_the_output_is_no_terminal(
    monitor: Callable[..., int], long_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("sessions", "--store", long_path) == 0
    _, line = capsys.readouterr().out.splitlines()
    assert f"/{'november/' * 30}interview.mp4, rtsp://camera.local/door" in line


def test_json_tells_the_same(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("sessions", "--store", recorded_store, "--json") == 0
    second, first = json.loads(capsys.readouterr().out)
    assert (first["id"], first["name"], first["state"]) == (1, "first", "finished")
    assert first["samples"] == 120
    assert first["people"] == 2
    assert first["faults"] == 1
    assert second["faults"] == 0
    assert second["sources"] == ["interview.mp4", "rtsp://camera.local/door"]
    assert second["started_at"].endswith("+00:00")


def test_of_many_the_newest_are_listed_unless_all_are_asked_for(
    monitor: Callable[..., int],
    recorded_store: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "MOST", 1)
    assert monitor("sessions", "--store", recorded_store) == 0
    told = capsys.readouterr()
    _, second = told.out.splitlines()
    assert second.split()[:3] == ["2", "second", "stopped"]
    assert "`monitor sessions --all` lists all" in told.err
    assert monitor("sessions", "--store", recorded_store, "--all") == 0
    told = capsys.readouterr()
    assert (len(told.out.splitlines()), told.err) == (3, "")
    assert monitor("sessions", "--store", recorded_store, "--json") == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == [2, 1]


def test_an_empty_store_says_what_to_type(
    monitor: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Store(tmp_path / "empty.db", create=True).close()
    assert monitor("sessions", "--store", tmp_path / "empty.db") == 0
    assert "monitor run VIDEO" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["sessions", "export", "report"])
def test_a_missing_store_is_one_line(
    monitor: Callable[..., int], capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert monitor(command, "--store", "nowhere.db") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "monitor: error: store nowhere.db does not exist yet; `monitor run` makes it"
    assert not Path("nowhere.db").exists()


def test_counts_are_those_of_each_session_also_where_people_or_stretches_are_left_out(tmp_path: Path) -> None:
    with Store(tmp_path / "three.db", create=True) as store:
        for seconds in (80, 60, 40):
            made_up = MadeUpSession(store)
            made_up.play(seconds)
            session = made_up.end()
        excluded, merged, _ = store.sessions()
        add_events(store, [Event(session.id, "exclude", 0.0, 40.0)])
        identities = Identities(store, merged)
        identities.merge(identities.people()[:2])
        people = {row["id"]: row["people"] for row in facts(store)}
        assert people == {each.id: store.counts(each)["people"] for each in store.sessions()}
        assert people[excluded.id] == 0
        assert people[merged.id] == 2
        for most in 1, 2, 3, 4:
            assert facts(store, most) == facts(store)[:most]
