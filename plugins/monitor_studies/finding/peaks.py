"""Peaks: stretches in which a share stays high."""

from __future__ import annotations

from monitor.store.events import INTERVAL, Event
from monitor_studies.finding.search import Search
from monitor_studies.recorded import Recording
from monitor_studies.statistics.series import Array

AT_REST = ("neutral",)
"""Labels whose share is high where nothing happens."""
MOST_AWAY_SECONDS = 2.0
"""A peak ends where nobody is seen for longer than that."""


def peaks(recording: Recording, search: Search) -> list[Event]:
    """An interval for each peak of each label, in the order of time."""
    every = recording.session.every_seconds
    made_by = (
        f"peaks (above {search.level:.0%} for {search.seconds:g} s, until below {search.level - search.hysteresis:.0%})"
    )
    seconds, shares = recording.seen()
    found = []
    for label, own in zip(recording.series.names, shares.T, strict=True):
        if label in AT_REST:
            continue
        for start, end in stretches_above(seconds, own, search, every):
            found.append(Event(recording.session.id, INTERVAL, start, end, label, made_by=made_by))
    return sorted(found, key=lambda event: (event.start_seconds, event.label))


def stretches_above(seconds: Array, shares: Array, search: Search, every_seconds: float) -> list[tuple[float, float]]:
    """Start and end of each stretch above the level; each sample stands for the time up to the next one."""
    found: list[tuple[float, float]] = []
    is_high = False  # at the sample before
    for second, share in zip(seconds.tolist(), shares.tolist(), strict=True):
        was_high = is_high and second - found[-1][1] <= MOST_AWAY_SECONDS
        is_high = share >= (search.level - search.hysteresis if was_high else search.level)
        if is_high and was_high:
            found[-1] = found[-1][0], second + every_seconds
        elif is_high:
            found.append((second, second + every_seconds))
    return [(start, end) for start, end in found if end - start >= search.seconds - 1e-6]
