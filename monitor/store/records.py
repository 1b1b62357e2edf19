"""Rows of the store as objects: a session and its sources."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from pydantic_core import from_json

from monitor.plugin.contracts import Measure
from monitor.quality import Gate

SILENT_SECONDS = 10.0
"""A session on another machine that has not reported for this long counts as interrupted."""


SHARED = frozenset({"labels", "quality", "models"})
"""Columns of JSON that many sessions have alike."""

SLOW_MS = 100.0
"""A stage that takes this long for a sample is named to whoever watches a run."""


@dataclass(frozen=True)
class Session:
    """One run of the engine."""

    id: int
    name: str
    state: str
    """running, finished, stopped (by the user), failed, or interrupted (the engine vanished)."""
    started_at: float
    """Unix time."""
    alive_at: float
    """Unix time at which the engine last reported."""
    ended_at: float | None
    every_seconds: float
    window_seconds: float
    labels: dict[str, list[str]]
    """Analyzer -> its labels in order."""
    picture_url: str | None
    """Root address of the engine's live pictures; answers only while the session runs."""
    error: str | None
    half_life_seconds: float
    """Of the smoothing of what is shown; 0 where it is not smoothed."""
    calibrate_seconds: float
    """How long each person's face counts as neutral for them in what is shown; 0 where it is not calibrated."""
    measures: dict[str, list[Measure]] = field(default_factory=dict)
    """Analyzer -> its measures in order; only analyzers that have any."""
    quality: Gate | None = None
    """Which faces count in shares; None where all do."""
    all_samples: bool = False
    """Whether shares are shown of all faces, also of those outside of the gate."""
    models: dict[str, str] = field(default_factory=dict)
    """Analyzer -> name, version and digest of its model; only those that say it, none in older sessions."""
    stages_ms: dict[str, float] = field(default_factory=dict)
    """Stage -> mean milliseconds per sample over the last seconds of the run; empty where the engine did not say."""

    @property
    def analyzers(self) -> list[str]:
        return list(self.labels)


@dataclass(frozen=True)
class Source:
    """One source of a session, with its health."""

    id: int
    session_id: int
    name: str
    kind: str
    """file, pictures or live."""
    state: str
    """waiting, running, reconnecting, finished, stopped or failed."""
    frames_decoded: int
    frames_sampled: int
    frames_dropped: dict[str, int]
    """Reason -> count."""
    seconds: float
    """Stream time of the newest sample."""
    duration_seconds: float | None
    samples_per_second: float
    """Mean over the whole time that the source ran, per second of wall clock."""
    lag_seconds: float
    """Live streams: how old the newest sample was when its analysis began."""
    realtime_factor: float
    """Stream seconds per wall-clock second."""
    error: str | None
    path: str | None = None
    """Where a recorded file was when it was analysed, absolute; None for other sources and in older sessions."""
    began_at: float | None = None
    """Unix time at which the stream time of a live source was 0; None for others and in older sessions."""


def sessions_of(rows: Iterable[Mapping[str, Any]]) -> list[Session]:
    """The sessions of rows of the table `sessions` whose JSON is still text.

    What many of them have alike, as their labels, is read once and is one object, which nobody changes.
    """
    read, measures_of = cache(from_json), cache(lambda text: _measures(from_json(text)))
    sessions = []
    for row in rows:
        values = {name: read(row[name]) if name in SHARED and row[name] else row[name] for name in row}
        values["stages_ms"] = from_json(row["stages_ms"] or "{}")
        sessions.append(session_of(values, measures_of(row["measures"] or "{}")))
    return sessions


def session_of(row: Mapping[str, Any], measures: dict[str, list[Measure]] | None = None) -> Session:
    """The session of a row of the table `sessions`; one whose engine is gone counts as interrupted.

    `measures` are those of the row, where they were read before.
    """
    values = dict(row)
    host, process = values.pop("host"), values.pop("process")
    values.pop("batches")
    if values["state"] == "running" and not _is_alive(host, process, values["started_at"], values["alive_at"]):
        values["state"] = "interrupted"
    for name in ("half_life_seconds", "calibrate_seconds"):
        values[name] = values[name] or 0.0
    values["measures"] = _measures(values["measures"] or {}) if measures is None else measures
    values["quality"] = Gate(**values["quality"]) if values["quality"] else None
    values["all_samples"] = bool(values["all_samples"])
    values["models"] = values["models"] or {}
    values["stages_ms"] = values["stages_ms"] or {}
    return Session(**values)


def measure_row(measure: Measure) -> dict[str, Any]:
    """A measure as JSON: a limit that there is not, infinite in Python, is null."""
    row = asdict(measure)
    return row | {limit: row[limit] if math.isfinite(row[limit]) else None for limit in ("low", "high")}


def _measures(declared: Mapping[str, Any]) -> dict[str, list[Measure]]:
    return {analyzer: [_measure(row) for row in rows] for analyzer, rows in declared.items()}


def _measure(row: Mapping[str, Any]) -> Measure:
    """What `measure_row` wrote."""
    limits = {"low": -math.inf, "high": math.inf}
    return Measure(**{**row, **{name: limit for name, limit in limits.items() if row[name] is None}})


def _is_alive(host: str, process: int, started_at: float, alive_at: float) -> bool:
    """Whether the engine that writes a session still runs."""
    if host != socket.gethostname():
        return time.time() - alive_at < SILENT_SECONDS
    import psutil

    try:
        found = psutil.Process(process)
        return found.status() != psutil.STATUS_ZOMBIE and found.create_time() <= started_at + 1.0
    except psutil.Error:
        return False


def slow_stage(stages_ms: Mapping[str, float]) -> str | None:
    """Words that name the slowest of these stages (stage -> mean milliseconds per sample); None where none is slow.

    >>> slow_stage({"faces": 12.0, "smile": 1003.2})
    'smile is the slowest step with 1,003 ms for each sample'
    """
    stage, milliseconds = max(stages_ms.items(), key=lambda item: item[1], default=("", 0.0))
    if milliseconds < SLOW_MS:
        return None
    return f"{stage} is the slowest step with {milliseconds:,.0f} ms for each sample"
