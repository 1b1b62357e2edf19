"""A lease is renewed until it is over, lost, or its worker hangs."""

from __future__ import annotations

import threading

import pytest

from monitor.errors import StoreAway, StoreError
from monitor_archive import lease
from monitor_archive.lease import Lease

PATIENCE_SECONDS = 60.0


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWED_SECONDS", 0.0)


def test_while_the_store_is_away_it_is_not_lost() -> None:
    asked, enough = [], threading.Event()

    def renew() -> bool:
        asked.append(True)
        if len(asked) == 3:
            enough.set()
        raise StoreAway("the store is away")

    with Lease(renew, lambda: pytest.fail("lost")) as held:
        assert enough.wait(PATIENCE_SECONDS)
        assert not held.is_lost


@pytest.mark.parametrize("error", [None, StoreError("the store is broken")])
def test_one_that_is_lost_is_told_once(error: StoreError | None) -> None:
    asked, told = [], threading.Event()

    def renew() -> bool:
        asked.append(True)
        if len(asked) == 3 and error is not None:
            raise error
        return len(asked) < 3

    with Lease(renew, told.set) as held:
        assert told.wait(PATIENCE_SECONDS)
        assert held.is_lost
    assert len(asked) == 3


def test_a_worker_that_hangs_loses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "MOST_STEP_SECONDS", -1.0)
    asked = []
    with Lease(lambda: asked.append(True) or True, lambda: None) as held:
        held._thread.join(PATIENCE_SECONDS)
        assert not held._thread.is_alive()
    assert asked == [True]  # by the worker itself
