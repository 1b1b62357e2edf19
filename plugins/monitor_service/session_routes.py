"""`/v1/sessions`: what the store holds, for programs."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from monitor.readout import export
from monitor.store import Session, Source, Store
from monitor.store.changes import observation_page, people_page, window_page
from monitor_service.problems import Problem, problem_answers
from monitor_service.stored_session import SessionKey, find_session

UNKNOWN = problem_answers(404)
Since = Annotated[float, Query(ge=0, description="Stream time in seconds; what ends before it is left out.")]
Until = Annotated[float | None, Query(ge=0, description="Stream time in seconds; what begins after it is left out.")]
MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "json": "application/json"}


class SessionAnswer(BaseModel):
    """One run of the engine."""

    id: int
    name: str
    state: str = Field(description="running, finished, stopped, failed, or interrupted where the engine vanished.")
    started_at: datetime
    ended_at: datetime | None
    every_seconds: float
    window_seconds: float
    labels: dict[str, list[str]] = Field(description="Analyzer -> its labels.")
    error: str | None


class SourceAnswer(BaseModel):
    """One source of a session, and how it fares."""

    id: int
    name: str
    kind: str = Field(description="file, pictures or live.")
    state: str = Field(description="waiting, running, reconnecting, finished, stopped or failed.")
    seconds: float = Field(description="Stream time of the newest sample.")
    duration_seconds: float | None
    frames_decoded: int
    frames_sampled: int
    frames_dropped: dict[str, int] = Field(description="Reason -> count.")
    samples_per_second: float
    lag_seconds: float
    realtime_factor: float
    error: str | None


class SessionDetail(SessionAnswer):
    """A session with its sources and counts."""

    sources: list[SourceAnswer]
    people: int
    gaps: int
    faults: int


class PersonAnswer(BaseModel):
    """A track: a face that was followed without a break, and whose it is."""

    source: int
    subject: int = Field(description="Number of the track within its source, as observations have it.")
    person: int = Field(description="Number of the person within the source; tracks of one person have the same.")
    name: str | None
    ignored: bool = Field(description="Whether the person is left out of all shares.")
    first_seconds: float
    last_seconds: float
    samples: int


class MeasureAnswer(BaseModel):
    """One measure in a window."""

    count: int
    mean: float
    standard_deviation: float
    low: float
    high: float


class SubjectAnswer(BaseModel):
    """What one analyzer saw of one subject in a window."""

    analyzer: str
    subject: int | None = Field(description="Number of the person within the source; null for the whole frame.")
    samples: int
    counted: int = Field(description="How many of the samples are in the shares: those that the quality gate lets in.")
    shares: dict[str, float] = Field(description="Label -> share of the window; they sum to 1, or are 0 of nothing.")
    measures: dict[str, MeasureAnswer] = Field(description="Measure -> its statistics.")


class WindowAnswer(BaseModel):
    """One window of one source."""

    source: int
    start_seconds: float
    end_seconds: float
    subjects: list[SubjectAnswer]


class SeenAnswer(BaseModel):
    """One observation of a session."""

    source: int
    sample: int = Field(description="Number of the sample within its source, from 0.")
    seconds: float
    analyzer: str
    subject: int | None
    box: tuple[float, float, float, float] | None = Field(description="left, top, right, bottom in fractions.")
    confidence: float
    counts: bool = Field(description="Whether the quality gate lets it into the shares.")
    scores: dict[str, float]
    measures: dict[str, float]


class ObservationPage(BaseModel):
    """Observations in the order in which they were stored."""

    observations: list[SeenAnswer]
    next: int | None = Field(description="`after` of the next page; null where there is nothing more now.")


def session_routes(store: Store) -> APIRouter:
    """Routes that read sessions; they run in threads, as the store makes its callers wait."""
    router = APIRouter(prefix="/v1/sessions", tags=["Sessions"])

    @router.get("")
    def sessions(
        most: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[SessionAnswer]:
        """Sessions of the store, the newest first."""
        return [SessionAnswer(**_facts(session)) for session in store.sessions()[:most]]

    @router.get("/{session}", responses=UNKNOWN)
    def session_detail(session: SessionKey) -> SessionDetail:
        """One session with the health of its sources."""
        found = find_session(store, session)
        sources = [SourceAnswer(**_source(source)) for source in store.sources(found.id)]
        return SessionDetail(**{**_facts(found), **store.counts(found)}, sources=sources)

    @router.get("/{session}/people", responses=UNKNOWN)
    def people(session: SessionKey, most: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> list[PersonAnswer]:
        """Tracks of a session and whose they are, those seen last first."""
        return [PersonAnswer(**facts) for facts in people_page(store, find_session(store, session), most)]

    @router.get("/{session}/windows", responses=UNKNOWN)
    def windows(
        session: SessionKey,
        since: Since = 0.0,
        until: Until = None,
        most: Annotated[int, Query(ge=1, le=10_000, description="Windows of each source.")] = 1000,
    ) -> list[WindowAnswer]:
        """Shares and measures over time, window by window and source by source; the newest may still change."""
        found = find_session(store, session)
        return [WindowAnswer(**facts) for facts in window_page(store, found, since, until, most)]

    @router.get("/{session}/observations", responses=UNKNOWN)
    def observations(
        session: SessionKey,
        after: Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before.")] = 0,
        most: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> ObservationPage:
        """Raw observations in pages."""
        page = observation_page(store, find_session(store, session), after, most)
        seen = [SeenAnswer(**facts) for _, facts in page]
        return ObservationPage(observations=seen, next=page[-1][0] if len(page) == most else None)

    @router.get("/{session}/export", response_class=FileResponse, responses=UNKNOWN)
    def download(
        session: SessionKey,
        kind: Annotated[Literal["csv", "parquet", "json"], Query(alias="format")] = "csv",
        table: Annotated[export.Table, Query(description="Which table; json holds all.")] = "observations",
    ) -> FileResponse:
        """A session as a file; docs/export.md describes its columns."""
        found = find_session(store, session)
        if not found.analyzers:
            raise Problem(404, "not_found", f"session {found.id} has no analyzers")
        folder = tempfile.TemporaryDirectory(prefix="monitor-export-")
        name = f"session-{found.id}" if kind == "json" or table == "observations" else f"session-{found.id}.{table}"
        path = Path(folder.name) / f"{name}.{kind}"
        if kind == "json":
            export.write(store, found, kind, path)
        else:
            export.write_table(store, found, table, kind, path)
        media = MEDIA_TYPES[kind]
        return FileResponse(path, media_type=media, filename=path.name, background=BackgroundTask(folder.cleanup))

    return router


def _facts(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "name": session.name,
        "state": session.state,
        "started_at": datetime.fromtimestamp(session.started_at, UTC),
        "ended_at": None if session.ended_at is None else datetime.fromtimestamp(session.ended_at, UTC),
        "every_seconds": session.every_seconds,
        "window_seconds": session.window_seconds,
        "labels": session.labels,
        "error": session.error,
    }


def _source(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in SourceAnswer.model_fields}
