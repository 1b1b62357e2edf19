"""BORIS: its table of events (`.csv`, `.tsv`), and its project (`.boris`, JSON), of which one observation is read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.errors import MonitorError
from monitor_studies.exchange.annotation import Annotation, by_tier, read_text, split_tier

NOBODY = "No focal subject"
COLUMNS = ("Observation id", "Subject", "Behavior", "Behavioral category", "Behavior type", "Time", "Comment")


def is_table(text: str) -> bool:
    """Whether a table is one of BORIS: a line of headings names time, subject and behavior."""
    return _head(text.splitlines()) is not None


def read_table(path: Path) -> list[Annotation]:
    """The events of a table: START and STOP of a behavior make an interval, POINT a moment. Raises MonitorError.

    The subject is the tier.
    """
    lines = io.StringIO(read_text(path), newline="").readlines()
    head = _head(lines)
    if head is None:
        raise MonitorError(f"{path}: no line of headings has Time, Subject and Behavior, as BORIS writes them")
    separator = _separator(lines[head])
    rows = csv.DictReader(lines[head:], delimiter=separator)
    told = []
    for row in rows:
        place = f"line {head + rows.line_num}"
        status = (row.get("Behavior type") or row.get("Status") or "").strip().upper()
        if status not in ("START", "STOP", "POINT"):
            raise MonitorError(f"{path}, {place}: {status!r} is not START, STOP or POINT")
        try:
            at = float(row["Time"])
        except (TypeError, ValueError):
            raise MonitorError(f"{path}, {place}: {row['Time']!r} is not a time in seconds") from None
        told.append((at, row["Subject"] or NOBODY, row["Behavior"] or "", row.get("Comment") or "", status, place))
    return _paired(path, told)


def write_table(path: Path, annotations: Sequence[Annotation]) -> None:
    """A table as BORIS exports it; the tier is the subject."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        writer.writeheader()
        rows = []
        for name, own in by_tier(annotations).items():
            for each in own:
                statuses = ("POINT",) if each.end_seconds is None else ("START", "STOP")
                for status, at in zip(statuses, (each.start_seconds, each.end_seconds), strict=False):
                    values = ("Emotion Monitor", name, each.label, "", status, f"{at:.3f}", each.note)
                    rows.append((at or 0.0, dict(zip(COLUMNS, values, strict=True))))
        writer.writerows(row for _, row in sorted(rows, key=lambda pair: pair[0]))


def read_project(path: Path) -> list[Annotation]:
    """The events of a project's one observation. Raises MonitorError."""
    try:
        project = json.loads(read_text(path))
        observations: dict[str, Any] = project["observations"]
        states = {each["code"]: "state" in each["type"].lower() for each in project["behaviors_conf"].values()}
    except json.JSONDecodeError as error:
        raise MonitorError(f"{path}, line {error.lineno}: not a BORIS project: {error.msg}") from None
    except (KeyError, TypeError, AttributeError):
        raise MonitorError(f"{path}: not a BORIS project: `observations` or `behaviors_conf` is missing") from None
    if len(observations) != 1:
        raise MonitorError(f"{path} holds {len(observations)} observations; export the one that is meant as a table")
    [(name, observation)] = observations.items()
    events = observation.get("events") if isinstance(observation, dict) else None
    if not isinstance(events, list):
        raise MonitorError(f"{path}: observation {name!r} has no list of `events`")
    told = []
    begun: set[tuple[str, str]] = set()
    for number, event in enumerate(events, start=1):
        place = f"event {number} of observation {name!r}"
        try:
            at, subject, code, comment = float(event[0]), str(event[1]) or NOBODY, str(event[2]), str(event[4])
        except (IndexError, TypeError, ValueError):
            raise MonitorError(f"{path}, {place}: not a time, subject, behavior, modifier and comment") from None
        if code not in states:
            raise MonitorError(f"{path}, {place}: behavior {code!r} is not in the project's ethogram")
        status = "POINT"
        if states[code]:
            status = "STOP" if (subject, code) in begun else "START"
            begun ^= {(subject, code)}
        told.append((at, subject, code, comment, status, place))
    return _paired(path, told)


def write_project(path: Path, annotations: Sequence[Annotation]) -> None:
    """A project with one observation. Raises MonitorError where one label is both a moment and an interval."""
    events: list[list[object]] = []
    states: dict[str, bool] = {}
    for tier, own in by_tier(annotations).items():
        for each in own:
            if states.setdefault(each.label, each.end_seconds is not None) != (each.end_seconds is not None):
                raise MonitorError(f"{path}: BORIS has {each.label!r} as a moment or as an interval, not as both")
            for at in (each.start_seconds, each.end_seconds):
                if at is not None:
                    events.append([round(at, 3), tier, each.label, "", each.note])
    codes = {
        str(n): {"type": "State event" if state else "Point event", "code": code, "category": "", "modifiers": ""}
        for n, (code, state) in enumerate(states.items())
    }
    tiers = {str(n): {"name": name, "key": "", "description": ""} for n, name in enumerate(by_tier(annotations))}
    observation = {"events": sorted(events, key=lambda event: float(str(event[0]))), "type": "MEDIA", "file": {}}
    project = {
        "project_format_version": "7.0",
        "behaviors_conf": codes,
        "subjects_conf": tiers,
        "observations": {"Emotion Monitor": observation},
    }
    path.write_text(json.dumps(project, indent=1, ensure_ascii=False), encoding="utf-8")


def _paired(path: Path, told: Iterable[tuple[float, str, str, str, str, str]]) -> list[Annotation]:
    """Moments, and intervals from their starts and stops."""
    found: list[Annotation] = []
    open_: dict[tuple[str, str], Annotation] = {}
    for at, subject, code, comment, status, place in sorted(told, key=lambda each: each[0]):
        tier, excluded = split_tier(subject)
        begun = Annotation(at, None, code, tier, place, comment, excluded)
        if status == "POINT":
            found.append(begun)
        elif status == "START":
            if (subject, code) in open_:
                before = open_[subject, code].place
                raise MonitorError(f"{path}, {place}: {code!r} starts again, having not ended since {before}")
            open_[subject, code] = begun
        else:
            if (subject, code) not in open_:
                raise MonitorError(f"{path}, {place}: {code!r} of {subject} stops without having started")
            found.append(replace(open_.pop((subject, code)), end_seconds=at))
    for (subject, code), begun in open_.items():
        raise MonitorError(f"{path}, {begun.place}: {code!r} of {subject} never stops")
    return found


def _head(lines: Sequence[str]) -> int | None:
    wanted = {"Time", "Subject", "Behavior"}
    for number, line in enumerate(lines):
        if wanted <= {name.strip('" \r\n') for name in line.split(_separator(line))}:
            return number
    return None


def _separator(line: str) -> str:
    return max("\t,;", key=line.count)
