"""Sessions that are copied are the same in the other store, under other numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import Session, Store, tables
from monitor.store.copying import LEFT_BEHIND, copy_sessions
from monitor.store.events import Event, add_events, events
from monitor.store.identities import Identities
from tests.made_up_session import MadeUpSession

NUMBERS = {"id", "session_id", "source_id"}


def record(store: Store, name: str) -> Session:
    made_up = MadeUpSession(store, name, with_measures=True)
    made_up.play(70)
    made_up.end("finished")
    session = store.session(name)
    add_events(store, [Event(session.id, "interval", 1.0, 2.0, "question", source_id=store.sources(session.id)[1].id)])
    return session


@pytest.fixture
def origin(tmp_path: Path) -> Store:
    store = Store(tmp_path / "origin.db", create=True)
    record(store, "monday")
    tuesday = record(store, "tuesday")
    identities = Identities(store, tuesday)
    ann, *others = identities.people()
    identities.name(ann, "Ann")
    identities.merge([each for each in [ann, *others] if each.source_id == ann.source_id])
    identities.keep_vectors("a network", {(ann.source_id, 1): np.ones(4, np.float32) / 2})
    return store


def copied(origin: Store, target: Store, *names: str) -> list[int | None]:
    numbers: list[int | None] = []
    watch: Callable[[Session, int | None], None] = lambda _, number: numbers.append(number)  # noqa: E731
    copy_sessions(origin, target, [origin.session(name) for name in names], watch)
    return numbers


def contents(store: Store, session_id: int) -> dict[str, list[dict[str, object]]]:
    """Rows of each table that belong to a session, without numbers that the store gave."""
    sources = [source.id for source in store.sources(session_id)]
    found = {}
    for table in tables.metadata.sorted_tables:
        if table.name in LEFT_BEHIND or table.name == "sessions":
            continue
        own = table.c.session_id == session_id if "session_id" in table.c else table.c.source_id.in_(sources)
        rows = store.rows(sa.select(table).where(own).order_by(*table.primary_key))
        found[table.name] = [{name: value for name, value in row.items() if name not in NUMBERS} for row in rows]
    return found


def test_everything_of_a_session_is_there(origin: Store, store: Store) -> None:
    record(store, "another")  # so that numbers differ
    assert copied(origin, store, "tuesday", "monday") == [2, 3]
    for name in ("monday", "tuesday"):
        here, there = origin.session(name), store.session(name)
        assert contents(origin, here.id) == contents(store, there.id)
        for read in ("observations", "people"):
            columns = ["source_id"]
            one, other = (
                getattr(each, read)(of).drop(columns=columns) for each, of in ((origin, here), (store, there))
            )
            pd.testing.assert_frame_equal(one, other)
        (event,) = events(store, there.id)
        assert event.source_id == store.sources(there.id)[1].id
    assert all(contents(origin, 2).values())


def test_what_is_there_already_is_left_out(origin: Store, store: Store) -> None:
    assert copied(origin, store, "monday") == [1]
    assert copied(origin, store, "monday", "tuesday") == [None, 2]
    assert len(store.sessions()) == 2


def test_a_copy_that_fails_leaves_nothing_of_its_session(
    origin: Store, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE faults"))
    with pytest.raises(StoreError, match="faults"):
        copied(origin, store, "monday")
    assert store.sessions() == []
