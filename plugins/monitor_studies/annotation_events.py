"""Annotations of files as events of the store, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitor.errors import MonitorError
from monitor.store.events import EXCLUDE, INTERVAL, MOMENT, Event
from monitor_studies.exchange.annotation import Annotation, check


def as_events(
    annotations: Sequence[Annotation],
    path: Path,
    session_id: int,
    length: float,
    *,
    offset: float = 0.0,
    tier: str | None = None,
    source_id: int | None = None,
    clip: bool = False,
) -> list[Event]:
    """Events of a session of `length` seconds. Raises MonitorError, with the place in the file, for what cannot be.

    With `clip`, what lies outside the recording is left out, and what lies partly outside is cut.
    """
    moved = [_moved(each, offset, tier) for each in annotations]
    if clip:
        moved = [cut for each in moved if (cut := _clipped(each, length)) is not None]
    check(moved, path)
    for each in moved:
        last = each.start_seconds if each.end_seconds is None else each.end_seconds
        if last > length + 1e-6:
            raise MonitorError(
                f"{path}, {each.place}: reaches to {last:g} s, the recording to {length:g} s; "
                "--offset moves all, --clip leaves out what lies outside"
            )
    return [
        Event(
            session_id,
            EXCLUDE if each.excluded else MOMENT if each.end_seconds is None else INTERVAL,
            each.start_seconds,
            each.end_seconds,
            each.label,
            each.tier,
            source_id,
            each.note,
            each.colour,
            each.author,
            each.made_by or path.name,
        )
        for each in moved
    ]


def as_annotations(events: Sequence[Event]) -> list[Annotation]:
    """What files of annotators can hold of events."""
    return [
        Annotation(
            event.start_seconds,
            event.end_seconds,
            event.label,
            event.tier,
            f"event {event.id}",
            event.note,
            event.kind == EXCLUDE,
            event.colour,
            event.author,
            event.made_by,
        )
        for event in events
    ]


def _moved(annotation: Annotation, offset: float, tier: str | None) -> Annotation:
    end = None if annotation.end_seconds is None else annotation.end_seconds + offset
    return replace(
        annotation, start_seconds=annotation.start_seconds + offset, end_seconds=end, tier=tier or annotation.tier
    )


def _clipped(annotation: Annotation, length: float) -> Annotation | None:
    if annotation.end_seconds is None:
        return annotation if 0 <= annotation.start_seconds <= length else None
    start, end = max(0.0, annotation.start_seconds), min(length, annotation.end_seconds)
    return replace(annotation, start_seconds=start, end_seconds=end) if start < end else None
