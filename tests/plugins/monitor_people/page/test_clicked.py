"""What is clicked on the board is done to the people of its source, and what cannot be done gets one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import StoreError
from monitor.store import Store
from monitor.store.identities import Identities
from monitor.store.track_views import track_views
from monitor_people.alike import alike
from monitor_people.page.board_data import MOST_TRACKS, board_data
from monitor_people.page.clicked import carry_out
from tests.plugins.monitor_people.made_up_people import made_up_people


@pytest.fixture
def identities(tmp_path: Path) -> Iterator[Identities]:
    """Three people, three tracks each: 1, 4, 7 are one, and so on."""
    with Store(tmp_path / "people.db", create=True) as store:
        yield Identities(store, made_up_people(store, 3))


def tracks(identities: Identities) -> list[tuple[int, ...]]:
    return [person.tracks for person in identities.people()]


def board(identities: Identities) -> dict[str, Any]:
    people = identities.people()
    views = track_views(identities.store, people[0].source_id)
    return board_data(people, views, alike(identities, people), identities.edits())


@pytest.mark.parametrize(
    ("clicked", "words", "expected"),
    [
        ({"do": "split", "person": 1, "tracks": [4]}, "track 4 of person 1", [(1, 7), (2, 5, 8), (3, 6, 9), (4,)]),
        ({"do": "split_from", "person": 1, "track": 4}, "tracks 4, 7", [(1,), (2, 5, 8), (3, 6, 9), (4, 7)]),
        ({"do": "move", "tracks": [4, 9], "to": 2}, "became person 2's", [(1, 7), (2, 4, 5, 8, 9), (3, 6)]),
        ({"do": "merge", "people": [2, 1]}, "are one person", [(1, 2, 4, 5, 7, 8), (3, 6, 9)]),
    ],
)
def test_every_click_does_what_it_says_and_is_undone(
    identities: Identities, clicked: dict[str, Any], words: str, expected: list[tuple[int, ...]]
) -> None:
    source = identities.source_ids()[0]
    for person in (1, 2, 3):
        carry_out(identities, source, {"do": "merge", "people": [person, person + 3, person + 6]})
    before = tracks(identities)
    assert before == [(1, 4, 7), (2, 5, 8), (3, 6, 9)]
    assert words in carry_out(identities, source, clicked)
    assert tracks(identities) == expected
    assert carry_out(identities, source, {"do": "undo"}).startswith("Undone: ")
    assert tracks(identities) == before


def test_who_is_gone_is_said(identities: Identities) -> None:
    source = identities.source_ids()[0]
    with pytest.raises(StoreError, match="no person 77 any more: they were changed elsewhere"):
        carry_out(identities, source, {"do": "merge", "people": [1, 77]})


def test_the_board_shows_pictures_suggestions_and_who_is_left_out(identities: Identities) -> None:
    source = identities.source_ids()[0]
    shown = board(identities)
    assert [person["number"] for person in shown["people"]] == list(range(1, 10))
    assert shown["undo"] is None
    assert all(person["tracks"][0]["face"].startswith("data:image/jpeg;base64,") for person in shown["people"])
    assert {(pair["numbers"][0] - pair["numbers"][1]) % 3 for pair in shown["pairs"]} == {0}
    carry_out(identities, source, {"do": "ignore", "people": [1, 2], "ignored": True})
    shown = board(identities)
    assert [person["number"] for person in shown["people"]][-2:] == [1, 2]
    assert shown["undo"] == "person 1, person 2 are left out of all shares"


def test_of_very_many_tracks_the_longest_are_drawn(tmp_path: Path) -> None:
    with Store(tmp_path / "people.db", create=True) as store:
        identities = Identities(store, made_up_people(store, 1, MOST_TRACKS + 2))
        identities.merge(identities.people())
        (person,) = board(identities)["people"]
        assert (len(person["tracks"]), person["more"]) == (MOST_TRACKS, 2)
