"""`/v1/runs`: sessions recorded by this service, started and stopped over HTTP."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from monitor.errors import ConfigError, MonitorError, SourceError, StoreError
from monitor_service.allowed_sources import check_source
from monitor_service.options import ServeOptions
from monitor_service.problems import Problem, problem_answers
from monitor_service.runs import Runs, RunUnderWay

log = logging.getLogger(__name__)

SOURCES = 16
"""Most sources of one run."""
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
SourceText = Annotated[str, Field(min_length=1, max_length=2000)]


class NewRun(BaseModel):
    """What to record."""

    model_config = ConfigDict(extra="forbid")

    sources: list[SourceText] = Field(
        min_length=1,
        max_length=SOURCES,
        description="Files, folders, cameras and addresses, as `monitor run` has them.",
    )
    name: str | None = Field(None, min_length=1, max_length=200, description="Of the session; by default the time.")
    analyzers: list[str] | None = Field(None, min_length=1, max_length=50, description="By default as config.toml has.")
    every_seconds: float | None = Field(None, gt=0, le=3600, description="Stream time between two samples.")
    start_seconds: Seconds = Field(0.0, description="Stream time to begin at.")
    until_seconds: Seconds | None = Field(None, description="Stream time to end at.")


class RunAnswer(BaseModel):
    """A run that is under way."""

    session: int = Field(description="Number of the session that it records.")
    sources: list[str] = Field(description="Those that are analysed, without passwords.")
    failed: list[str] = Field(description="Why other sources are left out.")
    stopping: bool = Field(description="Whether it was asked to end.")


def run_routes(runs: Runs, options: ServeOptions) -> APIRouter:
    """Routes of runs; opening and stopping one takes a while, so they work in threads."""
    router = APIRouter(prefix="/v1/runs", tags=["Runs"])

    @router.get("")
    def under_way() -> list[RunAnswer]:
        """Runs under way that this service has started; `/v1/sessions` has all sessions."""
        return [_answer(each) for each in runs.under_way]

    @router.post("", status_code=201, responses=problem_answers(429, 500))
    def start(asked: NewRun) -> RunAnswer:
        """Record a session of sources that the settings allow. It goes on until they end or it is stopped, whatever its
        client does. Needs the scope `control`."""
        if asked.until_seconds is not None and asked.until_seconds <= asked.start_seconds:
            raise Problem(422, "wrong_value", "until_seconds must be later than start_seconds")
        for source in asked.sources:
            check_source(source, options)
        try:
            return _answer(runs.start(**asked.model_dump()))
        except SourceError as error:
            raise Problem(422, "wrong_source", str(error)) from None
        except ConfigError as error:
            raise Problem(422, "wrong_value", str(error)) from None
        except StoreError:
            raise
        except MonitorError as error:  # its words name places on this machine
            log.error("a run could not be started: %s", error)
            raise Problem(500, "run_failed", "the models of the run cannot be loaded; the log says why") from None

    @router.post("/{session}/stop", responses=problem_answers(404))
    def stop(
        session: Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the session that the run records.")],
    ) -> RunAnswer:
        """End a run soon, with everything stored. Needs the scope `control`."""
        return _answer(runs.stop(session))

    return router


def _answer(under_way: RunUnderWay) -> RunAnswer:
    run = under_way.run
    return RunAnswer(
        session=under_way.session_id,
        sources=[stream.source.name for stream in run.streams],
        failed=[str(error) for error in run.failed],
        stopping=run.stopping.is_set(),
    )
