"""Frames become moments: of neighbouring frames that a search finds, the best one stands for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from monitor_retrieval.moment import Moment

SAME_FRAME_SECONDS = 1e-3
CANDIDATES_PER_MOMENT = 8
"""Frames that are searched for at first, per moment wanted."""


def search_with_gap(
    find: Callable[[int], Sequence[Moment]], count: int, min_gap_seconds: float, beside: Moment | None = None
) -> list[Moment]:
    """At most `count` moments, the best first, each at least `min_gap_seconds` from every better one of its source.

    `find(number)` gives that many frames, the best first, or all there are; it is called for more until there are
    enough moments. What is too near to `beside`, the moment that was searched with, is left out as well.
    """
    wanted = count * CANDIDATES_PER_MOMENT
    while True:
        frames = find(wanted)
        kept = with_gap(frames, min_gap_seconds, beside)
        if len(kept) >= count or len(frames) < wanted:
            return kept[:count]
        wanted *= 4


def with_gap(frames: Iterable[Moment], min_gap_seconds: float, beside: Moment | None = None) -> list[Moment]:
    """The frames, best first, without those that are near a better one; pictures of a folder are near to none."""
    kept = [] if beside is None else [beside]
    for frame in frames:
        if not any(_near(frame, other, min_gap_seconds) for other in kept):
            kept.append(frame)
    return kept if beside is None else kept[1:]


def _near(frame: Moment, other: Moment, min_gap_seconds: float) -> bool:
    """Whether both show the same moment of one source."""
    if (frame.session, frame.source) != (other.session, other.source):
        return False
    if frame.file is not None:
        return frame.file == other.file
    return abs(frame.seconds - other.seconds) < max(min_gap_seconds, SAME_FRAME_SECONDS)
