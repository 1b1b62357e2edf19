"""Which tracks are one person, over a whole recording."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NEVER = -2.0
"""Cosine of two groups that cannot be one person: below all that there are."""


def cluster(
    tracks: Sequence[int],
    sums: NDArray[np.float64],
    apart: Collection[tuple[int, int]],
    threshold: float,
    decided: Mapping[int, int] | None = None,
    together: Collection[tuple[int, int]] = (),
) -> dict[int, int]:
    """Track -> number of its person: the one in `decided`, or else the person's lowest track.

    `sums` (tracks, numbers): of the views of each track, so that one with many good views counts for more than one with
    few. Centroid linkage (Sokal and Michener, 1958): of all groups the two whose sums have the highest cosine are
    joined, as long as that is at least `threshold`. Two tracks in `apart` never come together, neither do two that
    `decided`, track -> person, puts into different people; those that it puts into one always do, and those in
    `together` where nothing of that is against it.
    """
    place = {track: index for index, track in enumerate(tracks)}
    group = np.arange(len(tracks))
    totals = np.array(sums, np.float64)
    never = np.eye(len(tracks), dtype=bool)
    for pair in apart:
        if all(track in place for track in pair):
            one, other = (place[track] for track in pair)
            never[one, other] = never[other, one] = True
    put: dict[int, list[int]] = {}
    for track, person in (decided or {}).items():
        if track in place:
            put.setdefault(person, []).append(place[track])
    for first, *others in put.values():
        for other in others:
            _join(first, other, group, totals, never)
    founders = [members[0] for members in put.values()]
    never[np.ix_(founders, founders)] = True
    for pair in together:
        if all(track in place for track in pair):
            one, other = sorted((int(group[place[track]]) for track in pair), key=lambda each: each not in founders)
            if not never[one, other]:
                _join(one, other, group, totals, never)
    cosines = _cosines(totals, totals)
    cosines[never] = NEVER
    while cosines.size:
        one, other = divmod(int(cosines.argmax()), len(tracks))
        if cosines[one, other] < threshold:
            break
        _join(one, other, group, totals, never)
        cosines[other] = cosines[:, other] = NEVER
        cosines[one] = np.where(never[one], NEVER, _cosines(totals, totals[one : one + 1])[:, 0])
        cosines[:, one] = cosines[one]
    numbers = {int(group[members[0]]): person for person, members in put.items()}
    for track in sorted(tracks):
        numbers.setdefault(int(group[place[track]]), track)
    return {track: numbers[int(group[place[track]])] for track in tracks}


def _join(one: int, other: int, group: NDArray[np.int_], totals: NDArray[np.float64], never: NDArray[np.bool_]) -> None:
    """Put group `other` into group `one`; nobody is compared with `other` any more."""
    group[group == other] = one
    totals[one] += totals[other]
    never[one] |= never[other]
    never[:, one] |= never[:, other]
    never[other] = never[:, other] = True


def _cosines(many: NDArray[np.float64], few: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of rows of `many` (n, numbers) and `few` (m, numbers): (n, m)."""
    lengths = np.linalg.norm(many, axis=1)[:, None] * np.linalg.norm(few, axis=1)
    return np.asarray(many @ few.T / np.maximum(lengths, 1e-12), np.float64)
