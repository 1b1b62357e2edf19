"""A sink that appends every observation to a text file, one JSON object a line."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from monitor.errors import ConfigError, MonitorError
from monitor.sample import Observation, Sample
from monitor.settings import Settings


class JsonlOptions(BaseModel):
    """Section `[options.sinks.jsonl]`."""

    model_config = ConfigDict(extra="forbid")

    path: Path
    """File to append to."""


class JsonlSink:
    """Writes one line per observation, and flushes after every sample so that `tail -f` follows the run.

    Keys: `source` (its number in the run), `source_name`, `sample` (its number within the source), `file` (of a picture
    folder, else null), `seconds`, `analyzer`, `subject` (null for the whole frame), `box` (left, top, right, bottom in
    fractions, or null), `confidence`, `scores` (label -> probability), `measures` (name -> number) and `counts` (false
    outside of the quality gate). What is excluded by hand later on is known to the store alone.
    """

    def __init__(self, options: JsonlOptions) -> None:
        """Raises ConfigError where the file cannot be written."""
        try:
            self._file = options.path.open("a", encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                f"[options.sinks.jsonl] path {options.path} cannot be written: {error.strerror}"
            ) from None

    def begin(self, session_id: int, settings: Settings) -> None:
        """Nothing to prepare: the file is open."""

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """Raises MonitorError where the disk is full or gone."""
        for seen in observations:
            row = {
                "source": seen.source,
                "source_name": sample.frame.source_name,
                "sample": sample.frame.index,
                "file": sample.frame.file,
                "seconds": round(seen.seconds, 6),
                "analyzer": seen.analyzer,
                "subject": seen.subject,
                "box": seen.box,
                "confidence": seen.confidence,
                "scores": dict(seen.scores),
                "measures": dict(seen.measures),
                "counts": seen.counts,
            }
            self._file.write(json.dumps(row) + "\n")
        try:
            self._file.flush()
        except OSError as error:
            raise MonitorError(f"sink jsonl cannot write {self._file.name} any more: {error.strerror}") from None

    def close(self) -> None:
        with contextlib.suppress(OSError):  # only what `write` already complained about can be left to flush
            self._file.close()
