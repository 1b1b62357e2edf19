from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import StoreAway
from monitor.sample import Frame, Observation, Sample
from monitor.store import Store
from monitor.store.identities import Identities
from monitor_outlets import people as people_module
from monitor_outlets.messages import Messages
from monitor_outlets.people import People
from tests.made_up_session import MadeUpSession


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Tracks 1 and 2 in a file, track 1 at a camera."""
    with Store(tmp_path / "people.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(70)
        yield store


@pytest.fixture
def people(store: Store) -> People:
    return People(store, store.sources(store.session("latest").id))


def test_a_name_and_a_join_are_told_once_what_was_read_is_old(
    store: Store, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    identities = Identities(store, store.session("latest"))
    assert people.title(1, 2) == "person 2"
    identities.merge(identities.people()[:2])
    identities.name(identities.people()[0], "Ann")
    assert people.title(1, 2) == "person 2"
    monkeypatch.setattr(people_module, "KNOWN_SECONDS", -1.0)
    assert [people.title(1, 1), people.title(1, 2), people.title(2, 1)] == ["Ann", "Ann", "person 1"]
    assert people.title(1, 9) == "person 9", "who is not written yet"


def test_while_the_store_is_away_people_go_by_their_tracks(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(query: object) -> None:
        raise StoreAway("store people.db: database is locked")

    monkeypatch.setattr(people._store, "row", away)
    assert people.title(1, 2) == "person 2"


def test_messages_tell_who_it_is(store: Store, people: People) -> None:
    session = store.session("latest")
    identities = Identities(store, session)
    identities.name(identities.people()[1], "Ben")
    messages = Messages(session, store.sources(session.id), people)
    sample = Sample(Frame(np.zeros((4, 4, 3), np.uint8), 1.0, 1, 2))
    for subject, person in ((2, "Ben"), (1, "person 1"), (None, None)):
        told = messages.observation(sample, Observation("face-fusion", 1, 1.0, subject), counts=True)
        assert (told["subject"], told["person"]) == (subject, person)
    windows = [subject for message in messages.windows(store) for subject in message["subjects"]]
    assert {(each["subject"], each["person"]) for each in windows} >= {(2, "Ben"), (1, "person 1")}
