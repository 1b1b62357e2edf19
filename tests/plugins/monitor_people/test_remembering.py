"""People who were named are proposed in later sessions, where that is asked for, and can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import StoreError
from monitor.store import Store
from monitor.store.identities import Identities
from monitor.store.remembered import forget, remember, remember_named, remembered
from monitor_people.page.clicked import carry_out
from monitor_people.remembering import other_models, proposals
from tests.plugins.monitor_people.made_up_people import MODEL, looks, made_up_people

ANN = "Ann Lee"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path, create=True) as store:
        yield store


def session_of(store: Store, people: int = 3) -> tuple[Identities, int]:
    identities = Identities(store, made_up_people(store, people))
    return identities, identities.source_ids()[0]


def name(identities: Identities, source: int, *, remembers: bool) -> None:
    """Call the first person, of three tracks, Ann."""
    carry_out(identities, source, {"do": "merge", "people": [1, 4, 7]}, remembers=remembers)
    carry_out(identities, source, {"do": "name", "person": 1, "name": ANN}, remembers=remembers)


def test_nobody_is_remembered_unless_that_is_asked_for(store: Store) -> None:
    identities, source = session_of(store)
    name(identities, source, remembers=False)
    assert remembered(store) == {}


def test_names_are_proposed_to_whoever_looks_like_them(store: Store) -> None:
    first, source = session_of(store)
    name(first, source, remembers=True)
    vector = remembered(store)[ANN][MODEL]
    assert float(vector @ looks(0, 0)) > 0.9
    later, _ = session_of(store)
    found = proposals(later, later.people())
    assert {(proposal.person.number, proposal.name) for proposal in found} == {(1, ANN), (4, ANN), (7, ANN)}
    assert found[0].sentence.startswith(f"person {found[0].person.number} looks like {ANN} (cosine similarity 0.9")
    later.name(later.people()[0], ANN)
    assert proposals(later, later.people()) == []  # the others are a pair with her


def test_another_model_is_named_with_what_to_do(store: Store) -> None:
    remember(store, ANN, "old model 1", looks(0, 0))
    identities, source = session_of(store)
    assert proposals(identities, identities.people()) == []
    words = other_models(identities, source)
    assert f"{ANN}: remembered by another model (old model 1) than that of this session ({MODEL})" in words
    assert f"monitor people {identities.session.id} name PERSON NAME" in words
    name(identities, source, remembers=True)
    assert set(remembered(store)[ANN]) == {"old model 1", MODEL}
    assert other_models(identities, source) == ""


def test_forgetting_leaves_no_trace_but_the_shares(store: Store, path: Path) -> None:
    identities, source = session_of(store)
    identities.name(identities.people()[2], "Ben")
    name(identities, source, remembers=True)
    remember_named(identities)
    before = store.totals(identities.session, "face-fusion")
    assert forget(store, ANN) == 1
    assert set(remembered(store)) == {"Ben"}
    people = {person.number: person for person in identities.people()}
    assert (people[1].name, people[1].tracks, people[3].name) == (None, (1, 4, 7), "Ben")
    assert not set(identities.vectors(source)[0]) & {1, 4, 7}
    pictures = store.people(identities.session).set_index("subject")["thumbnail"]
    assert pictures[1] is None
    assert pictures[2] is not None
    assert store.totals(identities.session, "face-fusion").equals(before)
    assert [words for words in identities.edits() if ANN in words] == []
    identities.undo()  # what was done before can still be undone
    assert b"Ann Lee" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    with pytest.raises(StoreError, match="nobody is called 'Ann Lee'"):
        forget(store, ANN)


def test_a_later_edit_changes_what_is_remembered(store: Store) -> None:
    """Ann is of one track, then of two, then of one again."""
    identities, source = session_of(store)
    carry_out(identities, source, {"do": "name", "person": 1, "name": ANN}, remembers=True)
    alone = remembered(store)[ANN][MODEL]
    carry_out(identities, source, {"do": "merge", "people": [1, 4]}, remembers=True)
    joined = remembered(store)[ANN][MODEL]
    assert float(joined @ looks(0, 1)) > float(alone @ looks(0, 1))
    carry_out(identities, source, {"do": "undo"}, remembers=True)
    np.testing.assert_array_equal(remembered(store)[ANN][MODEL], alone)
