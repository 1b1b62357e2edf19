"""Gives each person a number that stays while the person is followed from sample to sample.

Faces are matched to the people seen before by an optimal assignment (Kuhn, "The Hungarian method for the assignment
problem", 1955) on the overlap of boxes and the distance of face centres, to where a person was or, by constant
velocity, would be now; as in Bewley et al., "Simple online and realtime tracking", 2016, section 3, without its Kalman
filter: at two samples a second nobody's motion is even enough.

Here only places count; where the face in a place is clearly another one, `monitor.engine.same_face` says so, and a new
track begins. Somebody who stays away for longer than REMEMBERED_SECONDS comes back with a new number: a number is that
of a track, a face followed without a break, and people are sets of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitor.engine.assignment import assignment
from monitor.engine.boxes import Boxes, areas, overlap
from monitor.sample import REMEMBERED_SAMPLES, REMEMBERED_SECONDS, Face

REACH = 0.5
"""Distance in face sizes that a face may always have moved: faces turn, and boxes are not exact."""
SPEED = 2.0
"""Further face sizes for each second since the person was last seen,"""
MOST_REACH = 2.5
"""up to this many."""
MOST_GROWTH = 2.0
"""Most by which a face's size may have changed, as a factor."""
NO_AREA = 1e-9
"""Smaller boxes, in fractions of the frame, count as this large."""
PREDICTED_SECONDS = 1.0
"""A person's motion is carried on for no longer than this."""


@dataclass
class _Person:
    """Somebody who is followed."""

    track: int
    face: Face
    seconds: float
    """When last seen."""
    velocity: NDArray[np.float64]
    """(2,), fractions of the frame per second."""
    missed: int = 0
    """Samples in a row without this person."""

    def update(self, face: Face, seconds: float) -> None:
        elapsed = seconds - self.seconds
        if elapsed > 0:
            newest = (centre(face) - centre(self.face)) / elapsed
            self.velocity = (self.velocity + newest) / 2
        self.face, self.seconds, self.missed = face, seconds, 0

    def expected(self, seconds: float) -> NDArray[np.float64]:
        """How far the person has moved since last seen, (2,), if the motion went on."""
        return self.velocity * min(max(seconds - self.seconds, 0.0), PREDICTED_SECONDS)


class Tracker:
    """Follows the people of one source. Numbers count from 1 and are never used again."""

    def __init__(self, last: int = 0, followed: Mapping[float, Sequence[Face]] | None = None) -> None:
        """`last` is the highest number that was given before; `followed` has faces by when they were last seen."""
        self._people = [
            _Person(face.track, face, seconds, np.zeros(2))
            for seconds, faces in (followed or {}).items()
            for face in faces
        ]
        self._last = last

    def update(self, faces: Sequence[Face], seconds: float) -> tuple[Face, ...]:
        """`faces` of the sample at `seconds` of stream time, in their order, each with its `track`.

        Call it for every sample in stream order, with no faces too. Of new people the largest gets the lowest number.
        """
        tracks: dict[int, int] = {}
        for person, index in self._matches(faces, seconds):
            person.update(faces[index], seconds)
            tracks[index] = person.track
        seen = set(tracks.values())
        for person in self._people:
            person.missed += person.track not in seen
        self._people = [person for person in self._people if not _forgotten(person, seconds)]
        area = areas(np.array([face.box for face in faces]).reshape(-1, 4))
        newcomers = sorted(set(range(len(faces))) - set(tracks), key=lambda index: -area[index])
        for index in newcomers:
            self._last += 1
            tracks[index] = self._last
            self._people.append(_Person(self._last, faces[index], seconds, np.zeros(2)))
        return tuple(replace(face, track=tracks[index]) for index, face in enumerate(faces))

    def forget(self) -> None:
        """Follow nobody any more: what comes next is another shot."""
        self._people = []

    def part(self, track: int) -> int:
        """Go on with another number, which comes back, for the face that has been taken for this track."""
        self._last += 1
        for person in self._people:
            if person.track == track:
                person.track = self._last
        return self._last

    def _matches(self, faces: Sequence[Face], seconds: float) -> list[tuple[_Person, int]]:
        if not self._people or not faces:
            return []
        table = costs(self._people, faces, seconds)
        return [(self._people[row], column) for row, column in assignment(table) if table[row, column] < 1]


def costs(people: Sequence[_Person], faces: Sequence[Face], seconds: float) -> NDArray[np.float64]:
    """How unlike each person at that time each face is: 0, same place and size, to 1, cannot be; (people, faces).

    A quarter each: the part of both boxes that they do not share, the distance of the centres, the growth, and how long
    the person was not seen; so that somebody who was just there goes before somebody who left.
    """
    before = np.array([person.face.box for person in people])
    now = np.array([face.box for face in faces])
    moves = np.array([centre(face) for face in faces])[None] - np.array([centre(p.face) for p in people])[:, None]
    mean_size = np.maximum((sizes(before)[:, None] + sizes(now)[None]) / 2, np.finfo(np.float64).tiny)
    growth = abs(np.log(np.maximum(areas(now)[None], NO_AREA) / np.maximum(areas(before)[:, None], NO_AREA)))
    growth /= 2 * np.log(MOST_GROWTH)
    missed = np.array([[person.missed / (REMEMBERED_SAMPLES + person.missed)] for person in people])
    reach = np.array([[min(REACH + SPEED * max(seconds - p.seconds, 0.0), MOST_REACH)] for p in people])
    expected = np.array([person.expected(seconds) for person in people])
    best = np.ones((len(people), len(faces)))
    for shift in (np.zeros_like(expected), expected):
        distance = np.linalg.norm((moves - shift[:, None]) / mean_size, axis=-1)
        apart = 1 - overlap(before + np.tile(shift, 2), now)
        cost = (apart + distance / MOST_REACH + growth + missed) / 4
        best = np.minimum(best, np.where((distance < reach) & (growth < 1), cost, 1.0))
    return best


def _forgotten(person: _Person, seconds: float) -> bool:
    return person.missed >= REMEMBERED_SAMPLES and seconds - person.seconds > REMEMBERED_SECONDS


def centre(face: Face) -> NDArray[np.float64]:
    """(x, y) in fractions of the frame: the middle of the mesh, which is steadier than the box's, or of the box."""
    if face.mesh is not None:
        return np.asarray(face.mesh[:, :2].mean(axis=0, dtype=np.float64))
    left, top, right, bottom = face.box
    return np.array([(left + right) / 2, (top + bottom) / 2])


def sizes(boxes: Boxes) -> NDArray[np.float64]:
    """Widths and heights of boxes (n, 4), as (n, 2)."""
    return np.asarray(boxes[:, 2:] - boxes[:, :2])
