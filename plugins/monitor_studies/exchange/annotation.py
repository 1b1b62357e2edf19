"""One annotation, as all formats of annotators have it in common."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import MonitorError

SHORTEST_SECONDS = 0.001
"""Formats without moments hold a moment as an interval of this length."""
EXCLUDED = " (excluded)"
"""Ends the name of a tier whose intervals count in no share, in formats that do not know such."""


@dataclass(frozen=True)
class Annotation:
    """A moment or an interval on a tier."""

    start_seconds: float
    end_seconds: float | None
    """None for a moment."""
    label: str
    tier: str
    place: str
    """Where in its file it stands, as messages name it: `line 7`, or `annotation 3 of tier 'speech'`."""
    note: str = ""
    excluded: bool = False
    colour: str | None = None
    author: str = "human"
    made_by: str = ""


def shortest_is_moment(start: float, end: float) -> float | None:
    """The end of an interval; None where it is so short that it stands for a moment."""
    return None if abs(end - start - SHORTEST_SECONDS) < SHORTEST_SECONDS / 2 else end


def split_tier(name: str) -> tuple[str, bool]:
    """The tier that a name in a file stands for, and whether what lies on it is excluded."""
    return (name.removesuffix(EXCLUDED), True) if name.endswith(EXCLUDED) else (name, False)


def tier_name(annotation: Annotation) -> str:
    """The name that an annotation's tier has in a file."""
    return annotation.tier + EXCLUDED * annotation.excluded


def by_tier(annotations: Sequence[Annotation]) -> dict[str, list[Annotation]]:
    """Name of a tier in a file -> what lies on it, in order of time."""
    tiers: dict[str, list[Annotation]] = {}
    for annotation in sorted(annotations, key=lambda each: (each.start_seconds, each.end_seconds or 0.0)):
        tiers.setdefault(tier_name(annotation), []).append(annotation)
    return tiers


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark. Raises MonitorError for any other encoding."""
    try:
        held = path.read_bytes()
    except OSError as error:
        raise MonitorError(f"{path} cannot be read: {error.strerror}") from None
    encoding = "utf-16" if held.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return held.decode(encoding)
    except UnicodeDecodeError as error:
        line = held.count(b"\n", 0, error.start) + 1
        raise MonitorError(f"{path}, line {line}: not {encoding[:6].upper().rstrip('-')}; save it as UTF-8") from None


def check(annotations: Sequence[Annotation], path: Path) -> None:
    """Raise MonitorError for times that cannot be, and for intervals of one label that overlap on one tier."""
    last: dict[tuple[str, str], Annotation] = {}
    for each in sorted(annotations, key=lambda annotation: annotation.start_seconds):
        where = f"{path}, {each.place}"
        if not 0 <= each.start_seconds < float("inf"):
            raise MonitorError(f"{where}: starts at {each.start_seconds:g} s; times count from 0 (see --offset)")
        if each.end_seconds is None:
            continue
        if not each.start_seconds < each.end_seconds < float("inf"):
            raise MonitorError(f"{where}: lasts from {each.start_seconds:g} to {each.end_seconds:g} s")
        before = last.get((each.tier, each.label))
        if before is not None and each.start_seconds < (before.end_seconds or 0.0) - 1e-6:
            raise MonitorError(
                f"{where}: {each.label!r} on tier {each.tier!r} starts at {each.start_seconds:g} s, before the one of "
                f"{before.place} ends at {before.end_seconds:g} s"
            )
        last[each.tier, each.label] = each
