"""Divides long recordings into pieces of time, so that several workers can look at one."""

from __future__ import annotations

from contextlib import closing
from math import ceil

from monitor.errors import SourceError
from monitor.settings import Settings
from monitor.sources.sampler import SLACK
from monitor.store import Store, pieces
from monitor_archive.addresses import open_recording


def divide_long(store: Store, settings: Settings, recipe: str, piece_seconds: float) -> None:
    """Divide each recording of the queue that nobody has begun with and that is longer than a piece."""
    for recording in pieces.undivided(store, recipe):
        try:
            opened = open_recording(recording.path, every_seconds=settings.every_seconds, hwaccel=settings.hwaccel)
            with closing(opened) as source:
                duration = source.duration_seconds if source.kind == "file" else None
        except SourceError:
            continue  # whoever analyses it will say why
        starts = begins(duration or 0.0, piece_seconds, settings.every_seconds)
        if len(starts) > 1:
            pieces.divide(store, recording, recipe, starts)


def begins(duration_seconds: float, piece_seconds: float, every_seconds: float) -> list[float]:
    """When pieces of about equal length, no longer than `piece_seconds` allows, begin: each with a sample.

    >>> begins(100.0, 30.0, 0.5)
    [0.0, 25.0, 50.0, 75.0]
    """
    samples = ceil(duration_seconds / every_seconds - SLACK)
    each = ceil(samples / max(1, ceil(duration_seconds / piece_seconds - SLACK)))
    return [number * every_seconds for number in range(0, samples, max(1, each))]
