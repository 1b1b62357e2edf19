"""Which tracks are which person, and what a person's hand changed of that.

Everything else in the store is kept by track, so that joining and parting people is a matter of a few rows here, and
can be undone.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from monitor.errors import StoreError
from monitor.store import tables
from monitor.store.change_log import log_people
from monitor.store.database import Database
from monitor.store.found_people import FoundPeople, vector_rows
from monitor.store.records import Session
from monitor.store.upsert import upsert

LONGEST_NAME = 200
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Person:
    """Somebody in one source."""

    source_id: int
    number: int
    tracks: tuple[int, ...]
    """In order of their first appearance."""
    first_seconds: float
    last_seconds: float
    samples: int
    """In how many the person was seen."""
    name: str | None = None
    ignored: bool = False
    """Left out of all shares."""

    @property
    def title(self) -> str:
        return self.name or f"person {self.number}"


class Identities:
    """The people of one session. What the machine finds, `assign`, never changes what a person's hand did."""

    def __init__(self, store: Database, session: Session) -> None:
        self.store = store
        self.session = session

    def people(self) -> list[Person]:
        """By source, and then in the order in which they first appeared."""
        table = tables.people
        query = (
            sa.select(table.c.source_id, table.c.subject, table.c.first_seconds, table.c.last_seconds, table.c.samples)
            .join(tables.sources, tables.sources.c.id == table.c.source_id)
            .where(tables.sources.c.session_id == self.session.id)
            .order_by(table.c.source_id, table.c.first_seconds, table.c.subject)
        )
        persons, names = self.person_of_track(), self._names()
        members: dict[tuple[int, int], Rows] = {}
        for row in self.store.rows(query):
            source, track = row["source_id"], row["subject"]
            members.setdefault((source, persons.get((source, track), track)), []).append(row)
        return [
            Person(
                source,
                number,
                tuple(row["subject"] for row in rows),
                min(row["first_seconds"] for row in rows),
                max(row["last_seconds"] for row in rows),
                sum(row["samples"] for row in rows),
                *names.get((source, number), (None, False)),
            )
            for (source, number), rows in members.items()
        ]

    def source_ids(self) -> list[int]:
        """Of the session's sources, in the order given."""
        table = tables.sources
        query = sa.select(table.c.id).where(table.c.session_id == self.session.id).order_by(table.c.id)
        return [row["id"] for row in self.store.rows(query)]

    def recordings(self) -> dict[int, tuple[str, str | None]]:
        """Number of each source, in the order given -> its name, and its path where it is a recorded file."""
        table = tables.sources
        query = sa.select(table.c.id, table.c.name, table.c.path).where(table.c.session_id == self.session.id)
        return {row["id"]: (row["name"], row["path"]) for row in self.store.rows(query.order_by(table.c.id))}

    def person_of_track(self) -> dict[tuple[int, int], int]:
        """(source_id, track) -> person; a track that is missing is a person of its own number."""
        return {(row["source_id"], row["subject"]): row["person"] for row in self._rows(tables.track_people)}

    def decided(self, source_id: int) -> dict[int, int]:
        """Track -> person, of the tracks that a person's hand put there."""
        table = tables.track_people
        query = sa.select(table.c.subject, table.c.person).where(table.c.source_id == source_id, table.c.by_hand)
        return {row["subject"]: row["person"] for row in self.store.rows(query)}

    def assign(self, source_id: int, persons: Mapping[int, int]) -> None:
        """Put tracks, track -> person, as the machine finds them; those that were put by hand stay."""
        rows = [{"source_id": source_id, "subject": track, "person": person} for track, person in persons.items()]
        self._write(FoundPeople(persons=rows, session_id=self.session.id))

    def follow(self, source_id: int, persons: Mapping[int, int]) -> None:
        """Everybody whom the machine found to be a person goes with them: person -> who that is now."""
        rows = [{"source_id": source_id, "gone": gone, "stays": stays} for gone, stays in persons.items()]
        self._write(FoundPeople(followed=rows, session_id=self.session.id))

    def keep_vectors(self, model: str, vectors: Mapping[tuple[int, int], NDArray[np.float32]]) -> None:
        """Keep how tracks look: (source_id, track) -> vector (numbers,) of the network that `model` names."""
        self._write(FoundPeople(vectors=vector_rows(model, vectors), session_id=self.session.id))

    def _write(self, found: FoundPeople) -> None:
        with self.store.errors(), self.store.engine.begin() as connection:
            found.write(connection)

    def vectors(self, source_id: int) -> tuple[dict[int, NDArray[np.float32]], set[str]]:
        """Track -> how it looks, and the models that the vectors are from."""
        table = tables.track_vectors
        rows = self.store.rows(sa.select(table).where(table.c.source_id == source_id))
        found = {row["subject"]: np.frombuffer(row["vector"], "<f4").astype(np.float32) for row in rows}
        return found, {row["model"] for row in rows}

    def name(self, person: Person, name: str) -> None:
        """Call a person `name`. Raises StoreError where it is empty, too long, or another's of the same source."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME:
            raise StoreError(f"a name has 1 to {LONGEST_NAME} characters, not {len(name)}")
        for other in self.people():
            if other.source_id == person.source_id and other.name == name and other.number != person.number:
                raise StoreError(
                    f"{name!r} is person {other.number} of this source already; choose another name, or join the two: "
                    f"monitor people {self.session.id} merge {other.number} {person.number}"
                )
        self._edit(f"{person.title} is called {name}", [person], names=[self._name(person, name, person.ignored)])

    def ignore(self, people: Sequence[Person], ignored: bool = True) -> None:
        """Leave people of one source out of all shares, or take them in again."""
        _check_one_source(people, "left out in one step")
        titles = ", ".join(person.title for person in people)
        what = f"{titles} {'is' if len(people) == 1 else 'are'} {'left out of' if ignored else 'counted in'} all shares"
        self._edit(what, people, names=[self._name(person, person.name, ignored) for person in people])

    def merge(self, people: Sequence[Person]) -> None:
        """Make one person of several; the first keeps number and name, or takes the first name that there is.

        Raises StoreError where there are fewer than two, one twice, or people of two sources.
        """
        first, *others = people
        numbers = [person.number for person in people]
        if not others:
            raise StoreError("joining takes two people or more")
        if len({(person.source_id, person.number) for person in people}) < len(people):
            raise StoreError(f"a person cannot be joined with themselves: {', '.join(map(str, numbers))}")
        _check_one_source(people, "joined; give them the same name instead")
        name = next((person.name for person in people if person.name), None)
        titles = ", ".join(person.title for person in others)
        self._edit(
            f"{titles} and {first.title} are one person",
            people,
            {track: first.number for person in people for track in person.tracks},
            [self._name(first, name, first.ignored), *(self._name(person, None, False) for person in others)],
        )

    def split(self, person: Person, tracks: Collection[int]) -> None:
        """Make another person of some tracks of a person. Raises StoreError unless some stay and some go."""
        away = [track for track in person.tracks if track in tracks]
        foreign = sorted(set(tracks) - set(person.tracks))
        if foreign:
            raise StoreError(f"{person.title} has the tracks {_listed(person.tracks)}, not {_listed(foreign)}")
        if not away or len(away) == len(person.tracks):
            raise StoreError(
                f"{person.title} has the tracks {_listed(person.tracks)}; name some of them, not {_listed(away)}"
            )
        stay = [track for track in person.tracks if track not in away]
        founder_leaves = person.number in away
        new = self._free_number(person, stay if founder_leaves else away)
        stays, goes = (new, person.number) if founder_leaves else (person.number, new)
        moved = {track: goes if track in away else stays for track in person.tracks}
        names: Rows = [
            {"source_id": person.source_id, "person": stays, "name": person.name, "ignored": person.ignored},
            {"source_id": person.source_id, "person": goes, "name": None, "ignored": False},
        ]
        self._edit(f"{_listed(away, 'track')} of {person.title} became another person", [person], moved, names)

    def split_at(self, person: Person, seconds: float) -> None:
        """Make another person of the tracks of a person that begin at `seconds` of stream time or later.

        Raises StoreError where none or all do.
        """
        if not person.first_seconds < seconds <= person.last_seconds:
            raise StoreError(
                f"{person.title} is seen from {person.first_seconds:g} to {person.last_seconds:g} s, so they cannot be "
                f"split at {seconds:g} s"
            )
        begins = self._begins(person)
        self.split(person, [track for track in person.tracks if begins[track] >= seconds])

    def move(self, tracks: Collection[int], to: Person) -> None:
        """Give tracks of other people to a person of the same source. Raises StoreError where one is nobody's, or is
        that person's already."""
        here = {
            track: person for person in self.people() if person.source_id == to.source_id for track in person.tracks
        }
        unknown = [track for track in tracks if track not in here]
        theirs = [track for track in tracks if track in to.tracks]
        if unknown or not tracks:
            raise StoreError(
                f"there is no {_listed(unknown, 'track')}; `monitor people {self.session.id} list` shows all"
            )
        if theirs:
            raise StoreError(f"{_listed(theirs, 'track')}: already of {to.title}")
        old = {here[track].number: here[track] for track in tracks}
        persons = {track: person.number for person in (to, *old.values()) for track in person.tracks}
        titles = ", ".join(person.title for person in old.values())
        self._edit(
            f"{_listed(tracks, 'track')} of {titles} became {to.title}'s",
            [to, *old.values()],
            persons | dict.fromkeys(tracks, to.number),
        )

    def undo(self) -> str:
        """Take the last edit back, and say which that was. Raises StoreError where there is none."""
        table = tables.people_edits
        newest = sa.select(table).where(table.c.session_id == self.session.id).order_by(table.c.id.desc()).limit(1)
        with self.store.errors(), self.store.engine.begin() as connection:
            edit = connection.execute(newest).mappings().first()
            if edit is None:
                raise StoreError(f"session {self.session.id}: there is no edit of people to undo")
            before = edit["before"]
            for place in (tables.track_people, tables.person_names):
                _remove(connection, place, before["touched"][place.name])
                upsert(connection, place, before["rows"][place.name])
            for source, track in before["touched"][tables.track_people.name]:
                log_people(connection, self.session.id, source, [track])
            connection.execute(table.delete().where(table.c.id == edit["id"]))
        return str(edit["what"])

    def edits(self) -> list[str]:
        """What was done by hand and not undone, the last first."""
        table = tables.people_edits
        query = sa.select(table.c.what).where(table.c.session_id == self.session.id).order_by(table.c.id.desc())
        return [row["what"] for row in self.store.rows(query)]

    def _edit(
        self, what: str, people: Iterable[Person], persons: Mapping[int, int] | None = None, names: Rows | None = None
    ) -> None:
        """Write an edit and what was there before it; `people` are those of one source whose tracks it fixes."""
        people = list(people)
        source = people[0].source_id
        persons = persons or {track: person.number for person in people for track in person.tracks}
        put = [
            {"source_id": source, "subject": track, "person": number, "by_hand": True}
            for track, number in persons.items()
        ]
        changed = {tables.track_people: put, tables.person_names: names or []}
        with self.store.errors(), self.store.engine.begin() as connection:
            touched, rows = {}, {}
            for table, new in changed.items():
                touched[table.name] = [_key(table, row) for row in new]
                there = {tuple(_key(table, row)): row for row in self._rows(table, connection)}
                rows[table.name] = [there[tuple(key)] for key in touched[table.name] if tuple(key) in there]
                upsert(connection, table, new)
            log_people(connection, self.session.id, source, persons)
            connection.execute(
                tables.people_edits.insert().values(
                    session_id=self.session.id,
                    made_at=time.time(),
                    what=what,
                    before={"touched": touched, "rows": rows},
                )
            )

    def _rows(self, table: sa.Table, connection: sa.Connection | None = None) -> Rows:
        query = (
            sa.select(table)
            .join(tables.sources, tables.sources.c.id == table.c.source_id)
            .where(tables.sources.c.session_id == self.session.id)
        )
        if connection is None:
            return self.store.rows(query)
        return [dict(row) for row in connection.execute(query).mappings()]

    def _names(self) -> dict[tuple[int, int], tuple[str | None, bool]]:
        rows = self._rows(tables.person_names)
        return {(row["source_id"], row["person"]): (row["name"], bool(row["ignored"])) for row in rows}

    def _begins(self, person: Person) -> dict[int, float]:
        """Track -> when it was first seen, of all tracks of the person's source."""
        table = tables.people
        query = sa.select(table.c.subject, table.c.first_seconds).where(table.c.source_id == person.source_id)
        return {row["subject"]: row["first_seconds"] for row in self.store.rows(query)}

    def _free_number(self, person: Person, tracks: Sequence[int]) -> int:
        """The lowest of `tracks` that is no person's number, or else the lowest track of the source that is none."""
        here = [other for other in self.people() if other.source_id == person.source_id]
        taken = {other.number for other in here}
        everybody = sorted(track for other in here for track in other.tracks)
        return next(number for number in (*sorted(tracks), *everybody) if number not in taken)

    @staticmethod
    def _name(person: Person, name: str | None, ignored: bool) -> dict[str, Any]:
        return {"source_id": person.source_id, "person": person.number, "name": name, "ignored": ignored}


def _check_one_source(people: Sequence[Person], what: str) -> None:
    if len({person.source_id for person in people}) > 1:
        raise StoreError(f"people of two sources cannot be {what}")


def _key(table: sa.Table, row: Mapping[str, Any]) -> list[Any]:
    return [row[column.name] for column in table.primary_key]


def _remove(connection: sa.Connection, table: sa.Table, keys: Sequence[Sequence[Any]]) -> None:
    columns = list(table.primary_key)
    if keys:
        matches = sa.and_(*(column == sa.bindparam(f"key_{column.name}") for column in columns))
        connection.execute(
            table.delete().where(matches),
            [{f"key_{column.name}": value for column, value in zip(columns, key, strict=True)} for key in keys],
        )


def _listed(tracks: Iterable[int], word: str = "") -> str:
    numbers = sorted(tracks)
    listed = ", ".join(map(str, numbers)) or "none"
    return f"{word}{'s' * (len(numbers) != 1)} {listed}" if word else listed
