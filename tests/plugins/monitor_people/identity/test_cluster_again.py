"""Who is who, looked at once more over a session of six people in three shots each whom nobody has joined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import StoreError
from monitor.store import Session, Store
from monitor.store.identities import Identities
from monitor_people.identity.cluster_again import cluster_again
from tests.plugins.monitor_people.made_up_people import made_up_people

THRESHOLD = 0.5


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "people.db", create=True) as store:
        yield store


@pytest.fixture
def session(store: Store) -> Session:
    return made_up_people(store, 6)


def people(store: Store, session: Session) -> dict[int, tuple[int, ...]]:
    return {person.number: person.tracks for person in Identities(store, session).people()}


def test_shots_of_one_person_are_joined(store: Store, session: Session) -> None:
    assert len(people(store, session)) == 18
    assert cluster_again(store, session, THRESHOLD) == 6
    assert people(store, session) == {number: (number, number + 6, number + 12) for number in range(1, 7)}


def test_what_was_done_by_hand_stays(store: Store, session: Session) -> None:
    identities = Identities(store, session)
    cluster_again(store, session, THRESHOLD)
    identities.split(identities.people()[0], [7])
    assert cluster_again(store, session, THRESHOLD) == 7
    assert people(store, session)[7] == (7,)
    identities.undo()
    assert people(store, session)[1] == (1, 7, 13)


def test_a_track_of_unknown_looks_goes_with_whom_it_was_put_to(store: Store, session: Session) -> None:
    """Track 19 was taken for person 7, who turns out to be person 1."""
    identities = Identities(store, session)
    source = identities.source_ids()[0]
    identities.assign(source, {19: 7})
    cluster_again(store, session, THRESHOLD)
    assert identities.person_of_track()[source, 19] == 1


def test_vectors_that_cannot_be_compared_are_told_with_what_to_do(store: Store, session: Session) -> None:
    identities = Identities(store, session)
    source = identities.source_ids()[0]
    identities.keep_vectors("another 1", {(source, 1): np.ones(3, np.float32)})
    with pytest.raises(StoreError, match=f"monitor people {session.id} vectors"):
        cluster_again(store, session, THRESHOLD)


def test_a_session_without_vectors_is_told_with_what_to_do(store: Store, session: Session) -> None:
    from monitor.store import tables

    with store.engine.begin() as connection:
        connection.execute(tables.track_vectors.delete())
    with pytest.raises(StoreError, match=f"it is not known how its people look.*monitor people {session.id} vectors"):
        cluster_again(store, session, THRESHOLD)
    assert len(people(store, session)) == 18
