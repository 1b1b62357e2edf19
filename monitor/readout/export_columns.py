"""The columns of exported tables, and what each holds; `docs/export.md` tells the same to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.readout.shown import caption
from monitor.store import Session
from monitor.store.frames import columns

OBSERVATION_COLUMNS = {
    "session": "number of the session",
    "source": "name of the source, as given on the command line",
    "sample": "number of the sample within its source, from 0",
    "file": "file name of the picture, for sources that are folders of pictures",
    "seconds": "stream time of the sample, in seconds",
    "faces": "faces found in the sample; empty where no analyzer asked for faces",
    "analyzer": "name of the analyzer; empty in the one row of a sample of which no analyzer said anything",
    "subject": "number of the track within the source, a face followed without a break; empty for the whole frame",
    "person": "name, or else number, of the person whose track it is; empty for the whole frame",
    "left": "left side of the face's box, as a fraction of the frame's width",
    "top": "top side of the box, as a fraction of the frame's height",
    "right": "right side of the box, as a fraction of the frame's width",
    "bottom": "bottom side of the box, as a fraction of the frame's height",
    "confidence": "how sure the analyzer is of the subject itself, in [0, 1]",
    "counted": "1 where the observation is in the shares, 0 where the face is seen too badly for the quality gate",
}
"""Column -> what it holds; columns of labels, of measures and of labels as shown follow."""

WINDOW_COLUMNS = {
    "session": "number of the session",
    "source": "name of the source, as given on the command line",
    "analyzer": "name of the analyzer",
    "subject": "number of the person within the source, from 1; empty for the whole frame",
    "person": "name, or else number, of the person; empty for the whole frame",
    "start_seconds": "start of the window in stream time, in seconds",
    "end_seconds": "end of the window, which belongs to the next one",
    "samples": "observations of the subject in the window",
    "counted": "how many of these are in the shares: those that the quality gate lets in",
}
"""Column -> what it holds; columns of labels, of measures and of labels as shown follow."""

STATISTICS = {
    "count": "how many values of",
    "mean": "mean of",
    "std": "standard deviation (divided by count - 1) of",
    "low": "least value of",
    "high": "greatest value of",
}
"""What windows tell of a measure -> how to say it."""

PROBABILITY = "probability that the analyzer gave to '{}', in [0, 1]; empty where the analyzer has no such label"
SHARE = "emotion share of '{}' in the window, in [0, 1]; empty where the analyzer has no such label"
SHOWN_PROBABILITY = "probability of '{}' calibrated and smoothed as the session says, in [0, 1]"
SHOWN_SHARE = "emotion share of '{}' in the window, of the calibrated and smoothed probabilities, in [0, 1]"


@dataclass(frozen=True)
class Columns:
    """The columns of one exported table of a session."""

    head: Mapping[str, str]
    """Column -> what it holds."""
    labels: Mapping[str, str]
    """Label -> its column."""
    measures: Mapping[str, Sequence[str]]
    """Measure -> its columns: one of values, or one for each of STATISTICS."""
    shown: Mapping[str, str]
    """Label -> its column of shown scores or shares; empty where every analyzer's scores are shown raw."""
    described: Mapping[str, str]
    """Every column in order -> what it holds."""

    @property
    def names(self) -> list[str]:
        return list(self.described)


def observation_columns(session: Session) -> Columns:
    """Of the table of observations."""
    return _columns(session, OBSERVATION_COLUMNS, PROBABILITY, SHOWN_PROBABILITY, of_windows=False)


def window_columns(session: Session) -> Columns:
    """Of the table of windows."""
    return _columns(session, WINDOW_COLUMNS, SHARE, SHOWN_SHARE, of_windows=True)


def _columns(session: Session, head: Mapping[str, str], raw: str, shown: str, *, of_windows: bool) -> Columns:
    labels, names = columns(session, session.analyzers, list(head))
    meanings = {each.name: _meaning(each.meaning, each.unit) for own in session.measures.values() for each in own}
    measures: dict[str, list[str]] = {}
    described = {**head, **{column: raw.format(label) for label, column in labels.items()}}
    for name, column in names.items():
        of_each = {f"{column}_{key}": f"{words} {name} in the window: " for key, words in STATISTICS.items()}
        own = of_each if of_windows else {column: ""}
        measures[name] = list(own)
        described |= {key: words + meanings[name] for key, words in own.items()}
    any_shown = any(caption(session, analyzer) for analyzer in session.analyzers)
    shown_columns = {label: f"shown_{label}" for label in labels} if any_shown else {}
    described |= {column: shown.format(label) for label, column in shown_columns.items()}
    return Columns(head, labels, measures, shown_columns, described)


def _meaning(meaning: str, unit: str) -> str:
    return f"{meaning.rstrip('.')}, in {unit}" if unit else meaning.rstrip(".")
