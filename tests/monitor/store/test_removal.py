"""What is deleted is nowhere in the store; everything else stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import Session, Store, queue, tables
from monitor.store.events import Event, add_events
from monitor.store.identities import Identities
from monitor.store.queue import File
from monitor.store.removal import RAW, compact, delete_raw, delete_session
from tests.made_up_session import MadeUpSession


def record(store: Store, name: str) -> Session:
    """A session with rows in every table."""
    made_up = MadeUpSession(store, name)
    made_up.play(35)
    made_up.end("finished")
    session = store.session(name)
    add_events(store, [Event(session.id, "moment", 1.0, label="start")])
    identities = Identities(store, session)
    first = identities.people()[0]
    identities.name(first, "Ann")
    identities.merge([each for each in identities.people() if each.source_id == first.source_id])
    identities.keep_vectors("a network", {(first.source_id, 1): np.ones(4, np.float32) / 2})
    queue.enqueue(store, [File(f"/archive/{name}.mp4", 10, name)], "recipe")
    taken = queue.take(store, "recipe", "w")
    assert taken is not None
    with store.engine.begin() as connection:
        queue.begin(connection, session.id, number=taken.id, worker="w")
    queue.end(store, taken.id, "w")
    return session


def sizes(store: Store) -> dict[str, int]:
    return {table.name: len(store.rows(sa.select(table))) for table in tables.metadata.sorted_tables}


def test_a_session_goes_with_all_that_belongs_to_it_and_others_stay(store: Store) -> None:
    record(store, "monday")
    alone = sizes(store)
    of_no_session = ("findings", "remembered_people", "tokens")
    assert all(count for name, count in alone.items() if name not in of_no_session)
    before = store.observations(store.session("monday"))
    delete_session(store, record(store, "tuesday"))
    assert sizes(store) == alone | {"queue": 2}
    assert [(each.state, each.session_id) for each in queue.recordings(store)] == [("done", 1), ("done", None)]
    pd.testing.assert_frame_equal(store.observations(store.session("monday")), before)


def test_the_number_of_a_deleted_session_is_not_given_again(store: Store) -> None:
    first = record(store, "monday")
    sources = store.sources(first.id)
    delete_session(store, first)
    second = record(store, "tuesday")
    assert (first.id, second.id) == (1, 2)
    assert min(source.id for source in store.sources(second.id)) > max(source.id for source in sources)


def test_shares_and_people_stay_where_single_observations_go(store: Store) -> None:
    session = record(store, "monday")
    before = sizes(store)
    windows, people = store.windows(session, "face-fusion"), store.people(session)
    assert delete_raw(store, session) == sum(before[name] for name in RAW)
    assert sizes(store) == before | dict.fromkeys(RAW, 0)
    pd.testing.assert_frame_equal(store.windows(session, "face-fusion"), windows)
    pd.testing.assert_frame_equal(store.people(session), people)


def test_a_session_that_is_gone_on_with_since_it_was_listed_is_left_alone(store: Store) -> None:
    session = record(store, "monday")
    before = sizes(store)
    with store.engine.begin() as connection:  # as whoever takes it up does
        connection.execute(tables.sessions.update().values(state="running", started_at=session.started_at + 1.0))
    for remove in (delete_session, delete_raw):
        with pytest.raises(StoreError, match=r"session 1 \(monday\) is still running"):
            remove(store, session)
    assert sizes(store) == before


def test_a_running_session_is_left_alone(store: Store) -> None:
    MadeUpSession(store, "monday").play(5)
    for remove in (delete_session, delete_raw):
        with pytest.raises(StoreError, match=r"session 1 \(monday\) is still running"):
            remove(store, store.session("monday"))


def test_the_disk_gets_the_space_back_and_what_was_deleted_is_not_in_the_file(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db", create=True) as store:
        session = record(store, "secret-session")
        compact(store)
        size = (tmp_path / "a.db").stat().st_size
        delete_session(store, session)
        queue.enqueue(store, [File("/archive/other.mp4", 10, "secret-session")], "recipe")  # whose path was a name, too
        compact(store)
        content = b"".join(path.read_bytes() for path in tmp_path.glob("a.db*"))
    assert (tmp_path / "a.db").stat().st_size < size
    assert b"/archive/secret-session.mp4" not in content
    assert content.count(b"Ann") == 0
