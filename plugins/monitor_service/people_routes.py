"""`/v1/sessions/{session}/people/...`: who people are, as a person's hand says it; every step can be undone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor.settings import PeopleSettings
from monitor.store import Store
from monitor.store.identities import LONGEST_NAME, Identities, Person
from monitor.store.remembered import remember_named
from monitor_service.problems import Problem, refused_as
from monitor_service.session_routes import UNKNOWN
from monitor_service.stored_session import SessionKey, find_session
from monitor_service.undone import Undone, undone

MOST = 1000
"""Most tracks or people that one request may name."""
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Numbers = Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(min_length=1, max_length=MOST)]


class PersonChanges(BaseModel):
    """What is to be changed; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, min_length=1, max_length=LONGEST_NAME)
    ignored: bool | None = Field(None, description="Whether the person is left out of all shares.")


class Others(BaseModel):
    """Who else is that person."""

    model_config = ConfigDict(extra="forbid")

    people: Numbers = Field(description="Numbers of people of the same source.")


class Tracks(BaseModel):
    """Tracks that are that person's."""

    model_config = ConfigDict(extra="forbid")

    tracks: Numbers = Field(description="Numbers of tracks of the same source.")


class Parting(BaseModel):
    """Which of a person's tracks are another person's: some by number, or all that begin at a time or later."""

    model_config = ConfigDict(extra="forbid")

    tracks: Numbers | None = None
    at_seconds: float | None = Field(None, ge=0, le=1e9, allow_inf_nan=False, description="Stream time.")

    @model_validator(mode="after")
    def one_of_both(self) -> Parting:
        """Raises ValueError unless one of both is given."""
        if (self.tracks is None) == (self.at_seconds is None):
            raise ValueError("give either tracks or at_seconds")
        return self


class WholePerson(BaseModel):
    """Somebody in one source, with all their tracks."""

    source: int
    person: int
    name: str | None
    ignored: bool
    tracks: list[int] = Field(description="In order of their first appearance.")
    first_seconds: float
    last_seconds: float
    samples: int


def people_routes(store: Store, settings: PeopleSettings) -> APIRouter:
    """Routes that change who people are. How those look who have a name is remembered for later sessions where
    `settings` say so."""
    router = APIRouter(prefix="/v1/sessions/{session}/people", tags=["Sessions"])
    person_path = "/{source}/{person}"

    def remember(identities: Identities) -> None:
        if settings.remember:
            remember_named(identities)

    @router.patch(person_path, responses=UNKNOWN)
    def change(session: SessionKey, source: Number, person: Number, changes: PersonChanges) -> WholePerson:
        """Give a person a name, or leave them out of all shares. Needs the scope `control`."""
        identities = Identities(store, find_session(store, session))
        found = _find(identities, source, person)
        if changes.name is not None:
            with refused_as(422, "wrong_value"):
                identities.name(found, changes.name)
            remember(identities)
        if changes.ignored is not None:
            identities.ignore([_find(identities, source, person)], changes.ignored)
        return _whole(_find(identities, source, person))

    @router.post(f"{person_path}/merge", responses=UNKNOWN)
    def merge(session: SessionKey, source: Number, person: Number, others: Others) -> WholePerson:
        """Say that others are that person too, who keeps number and name, or takes the first name that there is. Needs
        the scope `control`."""
        identities = Identities(store, find_session(store, session))
        everybody = [_find(identities, source, number) for number in (person, *others.people)]
        with refused_as(422, "wrong_value"):
            identities.merge(everybody)
        remember(identities)
        return _whole(_find(identities, source, person))

    @router.post(f"{person_path}/split", responses=UNKNOWN)
    def split(session: SessionKey, source: Number, person: Number, parting: Parting) -> list[WholePerson]:
        """Make another person of some of a person's tracks; the answer has both, by their first appearance. Needs the
        scope `control`."""
        identities = Identities(store, find_session(store, session))
        whole = _find(identities, source, person)
        with refused_as(422, "wrong_value"):
            if parting.tracks is not None:
                identities.split(whole, parting.tracks)
            elif parting.at_seconds is not None:
                identities.split_at(whole, parting.at_seconds)
        remember(identities)
        return [
            _whole(each)
            for each in identities.people()
            if each.source_id == source and not set(each.tracks).isdisjoint(whole.tracks)
        ]

    @router.post(f"{person_path}/move", responses=UNKNOWN)
    def move(session: SessionKey, source: Number, person: Number, tracks: Tracks) -> WholePerson:
        """Give tracks of other people to that person. Needs the scope `control`."""
        identities = Identities(store, find_session(store, session))
        to = _find(identities, source, person)
        with refused_as(422, "wrong_value"):
            identities.move(tracks.tracks, to)
        remember(identities)
        return _whole(_find(identities, source, person))

    @router.post("/undo", responses=UNKNOWN)
    def undo(session: SessionKey) -> Undone:
        """Take back the last change of who people are, wherever it was made. Needs the scope `control`."""
        identities = Identities(store, find_session(store, session))
        done = undone(identities.undo)
        remember(identities)
        return done

    return router


def _find(identities: Identities, source: int, number: int) -> Person:
    """Raises Problem 404 where there is no such person."""
    for person in identities.people():
        if (person.source_id, person.number) == (source, number):
            return person
    raise Problem(404, "unknown_person", f"source {source} of session {identities.session.id} has no person {number}")


def _whole(person: Person) -> WholePerson:
    return WholePerson(
        source=person.source_id,
        person=person.number,
        name=person.name,
        ignored=person.ignored,
        tracks=list(person.tracks),
        first_seconds=person.first_seconds,
        last_seconds=person.last_seconds,
        samples=person.samples,
    )
