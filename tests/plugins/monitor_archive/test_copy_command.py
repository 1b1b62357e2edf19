"""`monitor copy`."""

from __future__ import annotations

import pytest

from monitor.errors import StoreError, UnknownSession
from monitor.store import Store
from monitor_archive.copy_command import copy
from tests.made_up_session import MadeUpSession


@pytest.fixture(autouse=True)
def _origin() -> None:
    with Store("origin.db", create=True) as store:
        for name in ("monday", "tuesday"):
            made_up = MadeUpSession(store, name)
            made_up.play(5)
            made_up.end("finished")


def names() -> list[str]:
    with Store("target.db") as store:
        return [session.name for session in store.sessions()]


def test_all_sessions_or_those_that_are_named_are_copied(capsys: pytest.CaptureFixture[str]) -> None:
    copy("origin.db", "target.db", ["tuesday"])
    assert names() == ["tuesday"]
    copy("origin.db", "target.db")
    assert names() == ["monday", "tuesday"]
    assert capsys.readouterr().out.splitlines() == [
        "session 2 (tuesday) is session 1 there",
        "session 1 (monday) is session 2 there",
        "session 2 (tuesday) was there already",
    ]


def test_what_is_not_there_is_one_line() -> None:
    with pytest.raises(UnknownSession, match="'friday'"):
        copy("origin.db", "target.db", ["friday"])
    with pytest.raises(StoreError, match=r"missing\.db does not exist"):
        copy("missing.db", "target.db")
