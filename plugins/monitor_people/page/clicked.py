"""Does to the people of a source what was clicked on their board."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.errors import StoreError
from monitor.store.identities import Identities, Person
from monitor.store.remembered import remember_named
from monitor.store.track_views import track_views


def carry_out(identities: Identities, source_id: int, clicked: Mapping[str, Any], *, remembers: bool = False) -> str:
    """What was done, in words. `clicked` names it as `do` and whom it is about, by the numbers on the board; how
    those look who have a name is remembered for later sessions where `remembers` says so.

    Raises StoreError where it cannot be done, also because somebody else changed the people since they were drawn.
    """
    people = {person.number: person for person in identities.people() if person.source_id == source_id}

    def of(number: object) -> Person:
        if number not in people:
            raise StoreError(f"there is no person {number} any more: they were changed elsewhere; here is who there is")
        return people[int(str(number))]

    ways: dict[str, Callable[[], None]] = {
        "name": lambda: identities.name(of(clicked["person"]), str(clicked["name"])),
        "merge": lambda: identities.merge([of(number) for number in clicked["people"]]),
        "split": lambda: identities.split(of(clicked["person"]), clicked["tracks"]),
        "split_from": lambda: identities.split_at(
            of(clicked["person"]), track_views(identities.store, source_id)[clicked["track"]].first_seconds
        ),
        "move": lambda: identities.move(clicked["tracks"], of(clicked["to"])),
        "ignore": lambda: identities.ignore([of(number) for number in clicked["people"]], clicked["ignored"]),
    }
    if clicked["do"] == "undo":
        done = f"Undone: {identities.undo()}"
    else:
        ways[clicked["do"]]()
        done = identities.edits()[0]
    if remembers:
        remember_named(identities)
    return done
