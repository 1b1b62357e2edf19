"""People of a made-up session: the file's tracks 1 and 2, the camera's track 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import Store
from monitor.store.identities import Identities, Person
from tests.made_up_session import MadeUpSession

ANALYZER = "face-fusion"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "people.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(70)
        made_up.end("finished")
        yield store


@pytest.fixture
def identities(store: Store) -> Identities:
    return Identities(store, store.session("latest"))


def person(identities: Identities, source: int, number: int) -> Person:
    return next(each for each in identities.people() if (each.source_id, each.number) == (source, number))


def numbers(identities: Identities) -> list[tuple[int, int, tuple[int, ...], str | None]]:
    return [(each.source_id, each.number, each.tracks, each.name) for each in identities.people()]


APART = [(1, 1, (1,), None), (1, 2, (2,), None), (2, 1, (1,), None)]


def test_every_track_is_a_person_until_somebody_says_otherwise(identities: Identities) -> None:
    assert numbers(identities) == APART
    assert person(identities, 1, 2).title == "person 2"


def test_who_was_found_to_be_a_person_follows_them_but_not_who_was_put_there_by_hand(
    store: Store, identities: Identities
) -> None:
    identities.assign(1, {2: 1})
    identities.follow(1, {1: 9})
    assert identities.person_of_track() == {(1, 2): 9}
    identities.merge([person(identities, 1, 1), person(identities, 1, 9)])
    identities.follow(1, {1: 9})
    assert identities.person_of_track() == {(1, 1): 1, (1, 2): 1}


def test_joining_adds_up_everywhere_and_undo_takes_it_back(store: Store, identities: Identities) -> None:
    session = identities.session
    labels = session.labels[ANALYZER]
    before = store.windows(session, ANALYZER, source_id=1), store.totals(session, ANALYZER, source_id=1)
    identities.merge([person(identities, 1, 1), person(identities, 1, 2)])
    assert numbers(identities)[0] == (1, 1, (1, 2), None)
    windows, totals = store.windows(session, ANALYZER, source_id=1), store.totals(session, ANALYZER, source_id=1)
    for table, old in ((windows, before[0]), (totals, before[1])):
        assert set(table["subject"]) == {1}
        assert table["samples"].sum() == old["samples"].sum()
        assert table[labels].sum().to_numpy() == pytest.approx(old[labels].sum().to_numpy())
    assert not windows.duplicated(["source_id", "subject", "start_seconds"]).any()
    (row,) = store.people(session, source_id=1).to_dict("records")
    people = {each["subject"]: each for each in store.people(session).to_dict("records") if each["source_id"] == 1}
    assert row["samples"] == before[1]["samples"].sum()
    assert people[1]["thumbnail"] is not None
    assert store.count_people(session) == store.counts(session)["people"] == 2
    assert identities.undo() == "person 2 and person 1 are one person"
    assert numbers(identities) == APART
    assert store.totals(session, ANALYZER, source_id=1).equals(before[1])


def test_a_person_who_is_ignored_is_in_no_share(store: Store, identities: Identities) -> None:
    session = identities.session
    identities.ignore([person(identities, 1, 1)])
    assert set(store.windows(session, ANALYZER, source_id=1)["subject"]) == {2}
    assert set(store.totals(session, ANALYZER, source_id=1)["subject"]) == {2}
    assert set(store.people(session, source_id=1)["subject"]) == {2}
    assert set(store.observations(session, analyzer=ANALYZER, source_id=1)["subject"]) == {1, 2}
    identities.ignore([person(identities, 1, 1)], False)
    assert set(store.totals(session, ANALYZER, source_id=1)["subject"]) == {1, 2}
    with pytest.raises(StoreError, match="people of two sources cannot be left out in one step"):
        identities.ignore([person(identities, 1, 1), person(identities, 2, 1)])


def test_names(store: Store, identities: Identities) -> None:
    identities.name(person(identities, 1, 2), "  Ann   Lee ")
    assert numbers(identities)[1] == (1, 2, (2,), "Ann Lee")
    assert dict(store.people(identities.session, source_id=1)[["subject", "name"]].itertuples(index=False))[2] == (
        "Ann Lee"
    )
    seen = store.observations(identities.session, analyzer=ANALYZER, source_id=1)
    assert set(seen.loc[seen["subject"] == 2, "name"]) == {"Ann Lee"}
    assert set(seen.loc[seen["subject"] == 1, "name"].isna()) == {True}
    with pytest.raises(StoreError, match="'Ann Lee' is person 2 of this source already; choose another name, or join"):
        identities.name(person(identities, 1, 1), "Ann Lee")
    identities.name(person(identities, 2, 1), "Ann Lee")  # another source may have the same person
    for wrong in ("", "   ", "x" * 201):
        with pytest.raises(StoreError, match="a name has 1 to 200 characters"):
            identities.name(person(identities, 1, 1), wrong)


def test_joined_people_keep_the_name_that_there_is(identities: Identities) -> None:
    identities.name(person(identities, 1, 2), "Ann")
    identities.merge([person(identities, 1, 1), person(identities, 1, 2)])
    assert numbers(identities)[0] == (1, 1, (1, 2), "Ann")
    identities.undo()
    assert numbers(identities)[:2] == [(1, 1, (1,), None), (1, 2, (2,), "Ann")]


def test_splitting_by_track_and_by_time(identities: Identities) -> None:
    identities.merge([person(identities, 1, 1), person(identities, 1, 2)])
    identities.name(person(identities, 1, 1), "Ann")
    both = person(identities, 1, 1)
    identities.split(both, [2])
    assert numbers(identities)[:2] == [(1, 1, (1,), "Ann"), (1, 2, (2,), None)]
    identities.undo()
    identities.split_at(both, 20.0)
    assert numbers(identities)[:2] == [(1, 1, (1,), "Ann"), (1, 2, (2,), None)]
    identities.undo()
    identities.split(both, [1])  # the founder leaves, who stays keeps the name
    assert numbers(identities)[:2] == [(1, 1, (1,), None), (1, 2, (2,), "Ann")]


def test_moving_a_track(identities: Identities) -> None:
    identities.move([2], person(identities, 1, 1))
    assert numbers(identities)[0] == (1, 1, (1, 2), None)
    with pytest.raises(StoreError, match="track 2: already of person 1"):
        identities.move([2], person(identities, 1, 1))


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(1, 1)], "joining takes two people or more"),
        ([(1, 1), (1, 1)], "cannot be joined with themselves: 1, 1"),
        ([(1, 1), (2, 1)], "people of two sources cannot be joined"),
    ],
)
def test_what_cannot_be_joined(identities: Identities, pairs: list[tuple[int, int]], message: str) -> None:
    with pytest.raises(StoreError, match=message):
        identities.merge([person(identities, *pair) for pair in pairs])
    assert numbers(identities) == APART


def test_what_cannot_be_split_or_moved(identities: Identities) -> None:
    one, other = (person(identities, *pair) for pair in ((1, 1), (1, 2)))
    with pytest.raises(StoreError, match="name some of them, not 1"):
        identities.split(one, [1])
    with pytest.raises(StoreError, match="has the tracks 1, not 7"):
        identities.split(one, [7])
    for seconds in (-1.0, 1e6):
        with pytest.raises(StoreError, match=re.escape(f"cannot be split at {seconds:g} s")):
            identities.split_at(one, seconds)
    with pytest.raises(StoreError, match="there is no track 9"):
        identities.move([1, 9], other)


def test_a_hand_goes_before_the_machine(identities: Identities) -> None:
    identities.assign(1, {1: 1, 2: 1})
    assert numbers(identities)[0] == (1, 1, (1, 2), None)
    identities.split(person(identities, 1, 1), [2])
    identities.assign(1, {1: 1, 2: 1})
    assert numbers(identities)[:2] == APART[:2]
    assert identities.decided(1) == {1: 1, 2: 2}
    identities.undo()
    assert numbers(identities)[0] == (1, 1, (1, 2), None)
    assert identities.decided(1) == {}


def test_undo_goes_back_step_by_step_until_there_is_nothing(identities: Identities) -> None:
    identities.name(person(identities, 1, 1), "Ann")
    identities.name(person(identities, 1, 1), "Ben")
    identities.merge([person(identities, 1, 2), person(identities, 1, 1)])
    assert numbers(identities)[0] == (1, 2, (1, 2), "Ben")
    assert len(identities.edits()) == 3
    for expected in ((1, 1, (1,), "Ben"), (1, 1, (1,), "Ann"), APART[0]):
        identities.undo()
        assert numbers(identities)[0] == expected
    with pytest.raises(StoreError, match="no edit of people to undo"):
        identities.undo()


def test_two_processes_edit_one_session(store: Store, identities: Identities) -> None:
    """The last edit wins, and undo still takes one step back after the other."""
    with Store(store.address) as other_store:
        other = Identities(other_store, identities.session)
        ann = person(identities, 1, 1)
        identities.name(ann, "Ann")
        other.name(ann, "Eve")
        assert numbers(identities)[0][3] == "Eve"
        identities.undo()
        assert numbers(other)[0][3] == "Ann"
        other.undo()
        assert numbers(identities) == APART


def test_a_calibration_counts_a_persons_first_seconds_once(store: Store, identities: Identities) -> None:
    session = identities.session
    apart = store.first_observations(session, ANALYZER, 1, [1, 2], 10.0)
    assert set(apart["subject"]) == {1, 2}
    identities.merge([person(identities, 1, 1), person(identities, 1, 2)])
    joined = store.first_observations(session, ANALYZER, 1, [1], 10.0)
    assert set(joined["subject"]) == {1}
    assert len(joined) == (apart["subject"] == 1).sum()
    assert set(joined["first_seconds"]) == {0.0}
