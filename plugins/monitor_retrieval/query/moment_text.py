"""Moments in words: where and when they were, and which emotions are strongest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from monitor.views.clock import clock
from monitor_retrieval.moment import LIBRARY, Moment

STRONGEST = 3
"""Emotions of a moment that are told in words, and of these only what is not faint."""
FAINT = 0.1


def strongest(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    """The strongest emotions and their probabilities, the strongest first; at least one."""
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])[:STRONGEST]
    return ranked[:1] + [pair for pair in ranked[1:] if pair[1] >= FAINT]


def title(moment: Moment, names: Mapping[int, str]) -> str:
    """Where a moment is from: its session's number and name, or its library; `names` are those of the sessions."""
    if moment.session == LIBRARY:
        return f"library {moment.source}" if moment.source else "picture"
    return f"{moment.session} · {names.get(moment.session, 'unnamed')}"


def time_code(moment: Moment) -> str:
    """When it was, or the file's name of a picture, which has no time of its own."""
    return clock(moment.seconds) if moment.file is None else moment.file


def short_source(name: str) -> str:
    """A source by the last part of its path; an address stays whole.

    >>> short_source("clips/talk.mp4"), short_source("rtsp://camera.local/door")
    ('talk.mp4', 'rtsp://camera.local/door')
    """
    return name if "://" in name else PurePath(name).name
