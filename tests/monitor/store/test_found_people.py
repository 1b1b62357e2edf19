"""Who was found is written as it was, however often, and a person's hand goes before it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from monitor.store import Store
from monitor.store.batch import Batch
from monitor.store.found_people import FoundPeople, vector_rows
from monitor.store.identities import Identities
from tests.made_up_session import MadeUpSession

LOOKS = np.array([0.6, 0.8], np.float32)
FOUND = FoundPeople(
    [{"source_id": 1, "gone": 2, "stays": 1}],
    [{"source_id": 1, "subject": 3, "person": 1}, {"source_id": 1, "subject": 4, "person": 4}],
    vector_rows("a network", {(1, 3): LOOKS}),
    1,
)


def test_text_brings_it_back() -> None:
    line = FOUND.text()
    assert "\n" not in line
    assert FoundPeople.of_text(line) == FOUND
    assert FoundPeople.is_in(line)
    assert FoundPeople.is_in(line[:50])
    assert not FoundPeople.is_in(Batch(1, 1).text())


@pytest.mark.parametrize("length", [0, 1, 50, -1])
def test_a_line_that_was_cut_short_is_an_error(length: int) -> None:
    with pytest.raises(json.JSONDecodeError):
        FoundPeople.of_text(FOUND.text()[:length])


def test_written_again_it_changes_nothing_and_what_a_hand_did_stays(store: Store) -> None:
    MadeUpSession(store).play(70)
    identities = Identities(store, store.session(1))
    identities.assign(1, {1: 2, 3: 2, 4: 2})
    for _ in "once", "and again":
        with store.engine.begin() as connection:
            FOUND.write(connection)
        assert identities.person_of_track() == {(1, 1): 1, (1, 3): 1, (1, 4): 4}
        np.testing.assert_array_equal(identities.vectors(1)[0][3], LOOKS)
    assert identities.vectors(1)[1] == {"a network"}
    first, second = (person for person in identities.people() if person.source_id == 1)
    identities.merge([second, first])
    with store.engine.begin() as connection:
        FoundPeople(FOUND.followed, [{"source_id": 1, "subject": 1, "person": 1}], session_id=1).write(connection)
    assert {person.number: person.tracks for person in identities.people() if person.source_id == 1} == {2: (1, 2)}
