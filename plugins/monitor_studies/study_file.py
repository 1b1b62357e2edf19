"""The study file: which sessions a study is about, in which groups, and what is compared."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from monitor.errors import ConfigError
from monitor.mistakes import explain, unknown_name
from monitor_studies.statistics.intervals import RESAMPLES
from monitor_studies.statistics.permutation import PERMUTATIONS

SessionName = Annotated[str, BeforeValidator(lambda key: str(key) if isinstance(key, int) else key)]


Person = Annotated[int, Field(ge=1)] | Annotated[str, Field(min_length=1)]
"""A number in the session, or a name."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StudiedSession(_Section):
    """One `[[sessions]]`."""

    session: SessionName
    """Number or name."""
    group: str | None = None
    date: datetime.date | None = None
    """When it was recorded; makes the session part of an ordered series."""
    person: Person | None = None
    """Number or name of the person in this session who is studied; by default the study's."""
    source: str | None = None
    """Name of the source that the person is in, where the session has several."""
    covariates: dict[str, str | int | float | bool] = {}
    """Whatever else is known; printed in the report, used by no test."""


class OutsideEvent(_Section):
    """One `[[events]]`: something that happened between sessions."""

    name: str
    date: datetime.date


class ComparisonWanted(_Section):
    """One `[[comparisons]]`: two groups, or what lies after and before a marked event, or inside and outside a tier."""

    name: str | None = None
    first: str | None = None
    second: str | None = None
    """Groups; the difference is first minus second."""
    after: str | None = None
    """Label of a marked event of each session: after it against before it."""
    inside: str | None = None
    """A tier, or `tier:label`: what lies inside its events against what lies outside."""


class StudyFile(_Section):
    """A study."""

    title: str
    question: str = ""
    """What the study is to answer, in words; printed at the top of the report."""
    analyzer: str | None = None
    """By default the first of the first session."""
    labels: list[str] | None = None
    """Labels and measures of interest; by default all. Corrections are over these."""
    person: Person | None = None
    """Number or name of the person who is studied; by default everybody who is seen."""
    confusion: Path | None = None
    """What `monitor evaluate ANALYZER --json` printed, to correct for the classifier's errors; some are shipped."""
    method: Literal["stationary", "moving"] = "stationary"
    """Blocks of the bootstrap."""
    resamples: int = Field(default=RESAMPLES, ge=99, le=99_999)
    permutations: int = Field(default=PERMUTATIONS, ge=99, le=99_999)
    seed: int = Field(default=0, ge=0)
    allow_different_sampling: bool = False
    """Whether sessions may differ in how often they were sampled; the report then says so."""
    allow_different_models: bool = False
    """Whether sessions may have been analysed by different models; the report then says so."""
    sessions: list[StudiedSession] = Field(min_length=1)
    events: list[OutsideEvent] = []
    comparisons: list[ComparisonWanted] = []
    """By default the last group against the first, where there are two or more."""

    @property
    def groups(self) -> list[str]:
        """Names of groups in the order of their first sessions."""
        return list(dict.fromkeys(each.group for each in self.sessions if each.group is not None))


def read_study(path: Path) -> StudyFile:
    """The study in a file. Raises ConfigError, with the nearest valid name where one is unknown."""
    try:
        study = StudyFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"study {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"study {path} is not valid TOML: {error}") from None
    except ValidationError as error:
        raise ConfigError(f"study {path}: {explain(error, StudyFile, '')}") from None
    for wanted in study.comparisons:
        _check(path, study, wanted)
    keys = [each.session for each in study.sessions]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise ConfigError(f"study {path}: session {twice!r} is listed twice")
    return study


def _check(path: Path, study: StudyFile, wanted: ComparisonWanted) -> None:
    ways = [wanted.first is not None or wanted.second is not None, wanted.after is not None, wanted.inside is not None]
    if sum(ways) != 1 or (wanted.first is None) != (wanted.second is None):
        raise ConfigError(
            f"study {path}: a comparison needs `first` and `second`, or `after`, or `inside`, and only one of these"
        )
    for group in (wanted.first, wanted.second):
        if group is not None and group not in study.groups:
            raise ConfigError(f"study {path}: {unknown_name('group', group, study.groups)}")
    if wanted.first is not None and wanted.first == wanted.second:
        raise ConfigError(f"study {path}: group {wanted.first!r} is compared with itself")
