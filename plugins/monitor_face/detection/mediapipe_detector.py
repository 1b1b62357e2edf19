"""Finds faces with mediapipe's detectors, on the whole picture and on overlapping tiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Face
from monitor_face.detection.full_range import FullRange
from monitor_face.detection.meshes import Meshes
from monitor_face.detection.network import at_once
from monitor_face.detection.short_range import ShortRange
from monitor_face.detection.suppression import suppress
from monitor_face.detection.views import View, views
from monitor_face.halves import Halves

LEAST_SCORE = 0.5
"""What mediapipe asks of a detection of its model for faces within two metres."""
ROUND_SECONDS = 1.5
"""Stream time in which every part of the picture is looked at, where faces are followed."""
AROUND = 0.35
"""Of the size of a face that is followed, on all sides: hair, and what a head that moves covers and uncovers."""
SLACK = 1e-6
"""Times closer than this share of a turn count as equal."""

Found = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Boxes (n, 4) in fractions of the picture, and scores (n,)."""
Look = Callable[[View], Found]


class MediaPipeDetector:
    """A `monitor.plugin.FaceDetector` that needs no file: its models come inside mediapipe's wheel.

    Every picture stands alone, and the same picture always gives the same faces.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(at_once(), "faces")
        self._full_range, self._short_range = FullRange(), ShortRange()
        self._meshes = Meshes(self._threads, self._short_range)

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces in `image`, uint8 RGB (height, width, 3), the surest first, with their meshes where one fits.

        The full-range model looks at the whole and at each tile, the short-range one at the whole: it is surer of
        large faces, and sees them where a hand covers a part.
        """
        picture = Halves(image)
        whole, *tiles = views(picture)
        boxes, scores = self._look([(self.near, whole), *((self.far, view) for view in (whole, *tiles))])
        kept = suppress(boxes, scores)
        return self._meshes.fit(picture, boxes[kept], scores[kept])

    def follow(
        self,
        image: NDArray[np.uint8],
        faces: Sequence[Face],
        before_seconds: float,
        seconds: float,
        changed_seconds: NDArray[np.float64],
    ) -> list[Face] | None:
        """Faces in `image`, shown at `seconds`, where the one at `before_seconds` had `faces` and little has changed.

        The meshes are fitted anew from where they were. For newcomers the full-range model looks at the whole, and all
        that `detect` looks at has its turn within ROUND_SECONDS; but not where nothing has changed since its last turn,
        other than around the faces. `changed_seconds` (rows, columns) says of the cells of the picture when each has
        changed, -inf where it has not since everything was looked at. None where a face is lost, or has no mesh to
        follow.
        """
        if any(face.mesh is None for face in faces):
            return None
        picture = Halves(image)
        followed = self._meshes.again(picture, faces)
        if followed is None:
            return None
        known = np.array([face.box for face in followed]).reshape(-1, 4)
        changed = besides(known, changed_seconds)
        boxes, scores = np.zeros((0, 4)), np.zeros(0)
        if changed.max() > before_seconds - ROUND_SECONDS:
            whole, *tiles = views(picture)
            turns = [(self.near, whole), *((self.far, tile) for tile in tiles)]
            looks = [(*turns[turn], last) for turn, last in due(before_seconds, seconds, len(turns))]
            looks = [each for each in ((self.far, whole, before_seconds), *looks) if latest(changed, each[1]) > each[2]]
            boxes, scores = self._look([(look, view) for look, view, _ in looks])
        kept = suppress(np.concatenate([known, boxes]), np.concatenate([np.full(len(known), np.inf), scores]))
        if len(known) and kept[: len(known)] != list(range(len(known))):  # two have become one
            return None
        new = [index - len(known) for index in kept[len(known) :]]
        return followed + self._meshes.fit(picture, boxes[new], scores[new])

    def _look(self, looks: Sequence[tuple[Look, View]]) -> Found:
        """What all of them find."""
        found = [(np.zeros((0, 4)), np.zeros(0)), *self._threads.map(lambda look: look[0](look[1]), looks)]
        return np.concatenate([boxes for boxes, _ in found]), np.concatenate([scores for _, scores in found])

    def near(self, view: View) -> Found:
        """Boxes (n, 4) in fractions of the whole picture, and scores (n,), by the short-range model."""
        found = self._short_range(view.image, LEAST_SCORE)
        return view.to_picture(found.boxes), found.scores

    def far(self, view: View) -> Found:
        """The same by the full-range model, of the faces that lie whole in `view`."""
        boxes, scores = self._full_range(view.image)
        whole = view.holds(boxes)
        return view.to_picture(boxes)[whole], scores[whole]

    def close(self) -> None:
        """End the threads and give back the models."""
        self._threads.shutdown()
        self._meshes.close()
        self._full_range.close()
        self._short_range.close()


def due(before_seconds: float, seconds: float, turns: int) -> list[tuple[int, float]]:
    """Which of so many turns come after `before_seconds` and up to `seconds` of stream time, each with the time of the
    turn before it.

    >>> due(1.0, 1.5, 6), due(1.5, 2.0, 6)
    ([(5, -0.25), (0, 0.0)], [(1, 0.25), (2, 0.5)])
    >>> due(3.0, 60.0, 2)
    [(1, 57.75), (0, 58.5)]
    """
    first, last = (math.floor(at * turns / ROUND_SECONDS + SLACK) for at in (before_seconds, seconds))
    return [
        (turn % turns, turn * ROUND_SECONDS / turns - ROUND_SECONDS)
        for turn in range(max(first, last - turns) + 1, last + 1)
    ]


def besides(boxes: NDArray[np.float64], changed_seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """`changed_seconds` (rows, columns), but -inf around each of `boxes` (n, 4), in fractions of the picture."""
    rows, columns = changed_seconds.shape
    x, y = (np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5)[:, None] / rows
    changed = changed_seconds
    for left, top, right, bottom in boxes.tolist():
        across, down = AROUND * (right - left), AROUND * (bottom - top)
        is_inside = (x > left - across) & (x < right + across) & (y > top - down) & (y < bottom + down)
        changed = np.where(is_inside, -np.inf, changed)
    return changed


def latest(changed_seconds: NDArray[np.float64], view: View) -> float:
    """The latest of `changed_seconds` (rows, columns) of cells that reach into `view`."""
    rows, columns = changed_seconds.shape
    top, bottom = math.floor(view.top * rows), math.ceil(view.bottom * rows)
    return float(changed_seconds[top:bottom, math.floor(view.left * columns) : math.ceil(view.right * columns)].max())
