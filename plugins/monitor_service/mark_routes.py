"""`/v1/sessions/{session}/events`: moments and stretches that were marked, read and changed."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from monitor.store import Store
from monitor.store.events import Event, add_events, delete_events, edit_event, events, undo
from monitor_service.problems import Problem, refused_as
from monitor_service.session_routes import UNKNOWN
from monitor_service.stored_session import SessionKey, find_session
from monitor_service.undone import Undone, undone

MarkNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the event.")]
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class NewMark(BaseModel):
    """What a program marks."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(description="moment, interval, or exclude: a stretch that counts in no share.")
    start_seconds: Seconds = Field(description="Stream time.")
    end_seconds: Seconds | None = Field(None, description="Null for moments.")
    label: str = Field("", max_length=200)
    tier: str = Field("marks", max_length=100, description="Events of one sort lie on one tier.")
    source: int | None = Field(None, description="The source that it is about; null for the whole session.")
    note: str = Field("", max_length=2000)
    made_by: str = Field("", max_length=200, description="What the program calls itself.")


class MarkChanges(BaseModel):
    """What is to be changed of a mark; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    kind: str = ""
    start_seconds: Seconds = 0.0
    end_seconds: Seconds | None = None
    label: str = Field("", max_length=200)
    tier: str = Field("", max_length=100)
    note: str = Field("", max_length=2000)


class Mark(NewMark):
    """An event of a session."""

    id: int
    author: str = Field(description="human, machine or program.")
    made_at: float = Field(description="Unix time.")


def mark_routes(store: Store) -> APIRouter:
    """Routes of the events of a session."""
    router = APIRouter(prefix="/v1/sessions/{session}/events", tags=["Sessions"])

    @router.get("", responses=UNKNOWN)
    def marks(
        session: SessionKey,
        tier: Annotated[list[str] | None, Query(description="Only events of these tiers; may be repeated.")] = None,
    ) -> list[Mark]:
        """Moments and stretches of a session that somebody or some program marked, by their time."""
        return [_mark(event) for event in events(store, find_session(store, session).id, tiers=tier)]

    @router.post("", status_code=201, responses=UNKNOWN)
    def add(session: SessionKey, mark: NewMark) -> Mark:
        """Mark a moment or a stretch, as on the pages. Needs the scope `control`."""
        found = find_session(store, session)
        sources = {source.id for source in store.sources(found.id)}
        if not sources:
            raise Problem(422, "wrong_value", f"session {found.id} has no source yet")
        if mark.source is not None and mark.source not in sources:
            raise Problem(422, "wrong_value", f"source: session {found.id} has no source {mark.source}")
        values = mark.model_dump(exclude={"source"})
        with refused_as(422, "wrong_value"):  # a moment with an end, an interval without one, an unknown kind
            event = Event(session_id=found.id, source_id=mark.source, author="program", **values)
        (kept,) = add_events(store, [event])
        return _mark(kept)

    @router.patch("/{number}", responses=UNKNOWN)
    def change(session: SessionKey, number: MarkNumber, changes: MarkChanges) -> Mark:
        """Change what is given of a mark. Needs the scope `control`."""
        given = changes.model_dump(exclude_unset=True)
        with refused_as(422, "wrong_value"):
            replace(find(session, number), **given)
        return _mark(edit_event(store, number, **given))

    @router.delete("/{number}", status_code=204, responses=UNKNOWN)
    def delete(session: SessionKey, number: MarkNumber) -> None:
        """Delete a mark. Needs the scope `control`."""
        find(session, number)
        delete_events(store, [number])

    @router.post("/undo", responses=UNKNOWN)
    def undo_change(session: SessionKey) -> Undone:
        """Take back the last change to the marks of a session, wherever it was made. Needs the scope `control`."""
        return undone(partial(undo, store, find_session(store, session).id))

    def find(key: str, number: int) -> Event:
        """The mark of that number. Raises Problem 404 where the session has none."""
        session = find_session(store, key)
        for event in events(store, session.id):
            if event.id == number:
                return event
        raise Problem(404, "unknown_event", f"session {session.id} has no event {number}")

    return router


def _mark(event: Event) -> Mark:
    values = asdict(event)
    known = {name: values[name] for name in Mark.model_fields if name != "source"}
    return Mark(source=event.source_id, **known)
