"""The two sides of a comparison, as series of samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor.store import Store
from monitor.store.events import EXCLUDE, Event, events
from monitor_studies.recorded import Recording
from monitor_studies.statistics.series import Series


@dataclass(frozen=True)
class Sides:
    """What is compared: the first side minus the second."""

    first_name: str
    second_name: str
    first: list[Series]
    second: list[Series]
    paired: bool
    """Whether series n of both sides are parts of one session."""


def groups(first_name: str, first: Sequence[Recording], second_name: str, second: Sequence[Recording]) -> Sides:
    """Whole sessions against whole sessions."""
    one, other = ([each.series for each in side] for side in (first, second))
    return Sides(first_name, second_name, one, other, paired=False)


def after_and_before(store: Store, recordings: Sequence[Recording], label: str) -> Sides:
    """What lies after the first event of that label against what lies before it, in each session.

    The time of an interval itself belongs to neither. Raises ConfigError where a session has no such event.
    """
    first, second = [], []
    for recording in recordings:
        marked = [event for event in _events(store, recording) if event.label == label]
        if not marked:
            raise _missing(store, recording, "event", label, {event.label for event in _events(store, recording)})
        after, before = np.zeros(len(recording.series), bool), np.zeros(len(recording.series), bool)
        for source in np.unique(recording.source_ids):
            event = next((each for each in marked if each.source_id in (None, source)), None)
            if event is None:
                continue
            own = recording.source_ids == source
            end = event.start_seconds if event.end_seconds is None else event.end_seconds
            after |= own & (recording.seconds >= end)
            before |= own & (recording.seconds < event.start_seconds)
        first.append(recording.part(after))
        second.append(recording.part(before))
    return Sides(f"after {label}", f"before {label}", first, second, paired=True)


def inside_and_outside(store: Store, recordings: Sequence[Recording], where: str) -> Sides:
    """What lies inside the intervals of a tier, or of `tier:label`, against what lies outside, in each session.

    Raises ConfigError where a session has none.
    """
    first, second = [], []
    for recording in recordings:
        inside = within(recording, intervals_of(store, recording, where))
        first.append(recording.part(inside))
        second.append(recording.part(~inside))
    return Sides(f"inside {where}", f"outside {where}", first, second, paired=True)


def intervals_of(store: Store, recording: Recording, where: str) -> list[Event]:
    """Intervals of a session on a tier, or on `tier:label`. Raises ConfigError where there are none."""
    all_events = [event for event in _events(store, recording) if event.end_seconds is not None]
    tier, _, label = where.partition(":")
    on_tier = [event for event in all_events if event.tier in (tier, where)]
    if not on_tier:
        raise _missing(store, recording, "tier", tier, {event.tier for event in all_events})
    found = [event for event in on_tier if event.tier == where or not label or event.label == label]
    if not found:
        raise _missing(store, recording, "label", label, {event.label for event in on_tier})
    return found


def within(recording: Recording, chosen: Sequence[Event]) -> NDArray[np.bool_]:
    """(samples,): whether a sample lies in any of these intervals."""
    inside = np.zeros(len(recording.series), bool)
    for event in chosen:
        if event.end_seconds is not None:
            own = np.isin(recording.source_ids, event.source_id) if event.source_id is not None else True
            inside |= own & (recording.seconds >= event.start_seconds) & (recording.seconds < event.end_seconds)
    return inside


def _events(store: Store, recording: Recording) -> list[Event]:
    return [event for event in events(store, recording.session.id) if event.kind != EXCLUDE]


def _missing(store: Store, recording: Recording, what: str, name: str, known: set[str]) -> ConfigError:
    return ConfigError(
        f"session {recording.session.id}: {unknown_name(what, name, known)}; "
        f"`monitor events list {recording.session.id}` shows what is marked"
    )
