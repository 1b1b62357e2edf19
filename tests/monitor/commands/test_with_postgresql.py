"""The commands over a store in PostgreSQL give what they give over one in SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.store import Store
from tests.made_up_session import MadeUpSession
from tests.postgresql_server import PostgresqlServer


@pytest.fixture(scope="module")
def stores(postgresql: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The same session in SQLite and in PostgreSQL; their addresses."""
    addresses = [str(tmp_path_factory.mktemp("sqlite") / "same.db"), postgresql.new_database()]
    for address in addresses:
        with Store(address, create=True) as store:
            session = MadeUpSession(store, name="same")
            session.play(40)
            session.end("finished")
    return addresses


@pytest.mark.parametrize(
    "options", [(), ("--half-life", "2", "--calibrate", "10"), ("--format", "json")], ids=["raw", "shown", "json"]
)
def test_export(
    monitor: Callable[..., int], stores: list[str], capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    written = []
    for address in stores:
        assert monitor("export", "same", *options, "--store", address) == 0
        text = capsys.readouterr().out
        if "json" in options:
            everything = json.loads(text)
            for when in ("started_at", "ended_at"):
                everything["session"].pop(when)
            text = json.dumps(everything)
        written.append(text)
    assert written[0].count("interview.mp4") > 80
    assert written[0] == written[1]


def test_report(monitor: Callable[..., int], stores: list[str]) -> None:
    assert monitor("report", "same", "-o", "same.html", "--store", stores[1]) == 0
    assert "<h1>same</h1>" in Path("same.html").read_text()


def test_a_run_and_the_list_of_sessions(
    monitor: Callable[..., int], postgresql: PostgresqlServer, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shares = []
    address = postgresql.new_database()
    for store in ("here.db", address):
        assert monitor("run", clip, "--analyzers", "scene-sentiment", "--name", "day", "--store", store, "--json") == 0
        (source,) = json.loads(capsys.readouterr().out)["sources"]
        shares.append(source["shares"])
    assert shares[0] == shares[1]
    assert monitor("sessions", "--json", "--store", address) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["state"], listed["samples"]) == ("day", "finished", 8)
    with Store(address) as store:
        assert store.sources(1)[0].name.endswith("clip.mp4")


def test_a_database_without_sessions_is_refused_without_its_password(
    monitor: Callable[..., int], postgresql: PostgresqlServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("sessions", "--store", postgresql.new_database()) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "holds no sessions" in line
    assert postgresql.password not in line
