"""Where a detector looks for the faces of a frame: everywhere, or where those of the sample before lead it.

Most of what finding faces costs is looking for newcomers. Where a picture hardly changes and its faces hardly move, a
detector that can follow faces looks at them, and for newcomers at parts of the picture in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.engine.findings import Found
from monitor.engine.tracker import centre, sizes
from monitor.plugin.contracts import FaceDetector
from monitor.sample import Face, Frame
from monitor.sources.sampler import period_index

MOST_APART_SECONDS = 1.0
"""Faces are not followed over more stream time than this,"""
LOOK_SECONDS = 5.0
"""nor into another of these stretches of stream time, so that nothing has an effect for longer than that: a run that
goes on from where it was ended finds the faces of one that was not."""
STEADY = 0.5
"""Most that a followed face moves from one sample to the next, in face sizes."""
WIDTH, HEIGHT = 32, 18
"""Cells of a picture that are compared with those of the sample before."""
CLEAR = 24.0
"""Difference of a cell's brightness, of 255, that counts as a change,"""
MOST_CHANGED = 0.25
"""and the part of the cells that may change: a person who speaks changes fewer, a camera that moves changes more."""

MOVED = 5.0
"""Difference of a cell that counts where newcomers are looked for: a small face makes it, the noise of a camera not."""

Follow = Callable[[NDArray[np.uint8], list[Face], float, float, NDArray[np.float64]], object]


@dataclass
class _Sample:
    """What is kept of a sample, to compare the next one of its source with."""

    seconds: float
    shot_start_seconds: float
    shape: tuple[int, ...]
    cells: NDArray[np.float32]
    stood: NDArray[np.float32]
    """Each cell as it was when it last changed,"""
    changed_seconds: NDArray[np.float64]
    """and when that was; -inf where it has not since the detector last looked everywhere."""
    faces: tuple[Face, ...] = ()
    """With their tracks."""
    is_steady: bool = False
    """Whether these are the faces of the sample before, and have hardly moved."""
    is_known: bool = False
    """Whether these were found before, by somebody else."""


class Following:
    """Asks a detector for the faces of frames; of each source they come in stream order."""

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector
        self._follow: Follow | None = getattr(detector, "follow", None)
        self._last: dict[int, _Sample] = {}
        self._before: dict[int, tuple[Face, ...]] = {}
        self.followed = False
        """Whether the newest answer is of faces that were followed."""

    def __call__(self, frame: Frame, found: Found | None = None) -> object:
        """What the detector says of `frame`; it is asked to follow faces only if it has a method for that.

        What was `found` before is the answer where the detector would say the same: where it was looked for
        everywhere then and would be now, or followed both times from the same faces.
        """
        self.followed = False
        looked = None if found is None or found.faces is None or found.followed else list(found.faces)
        if self._follow is None or frame.file is not None:
            return self._detector.detect(frame.image) if looked is None else looked
        last = self._last.pop(frame.source, None)
        shape, cells = frame.image.shape, brightness(frame.image)
        now = _Sample(frame.seconds, frame.shot_start_seconds, shape, cells, cells, np.full(cells.shape, -np.inf))
        self._last[frame.source] = now
        self._before[frame.source] = last.faces if last else ()
        now.is_known = found is not None
        if last is not None and last.is_steady and goes_on(last, now):
            self.followed = True
            now.stood, now.changed_seconds = changes(last, now)
            if found is not None and found.followed and found.faces is not None and last.is_known:
                return list(found.faces)
            now.is_known = False
            faces = self._follow(frame.image, list(last.faces), last.seconds, now.seconds, now.changed_seconds)
            if faces is not None:
                return faces
            self.followed = False
            now.stood, now.changed_seconds = cells, np.full(cells.shape, -np.inf)
        if looked is not None:
            now.is_known = True
            return looked
        now.is_known = False
        return self._detector.detect(frame.image)

    def note(self, source: int, faces: tuple[Face, ...]) -> None:
        """The faces of the newest frame of a source, with their tracks."""
        if source in self._last:
            now = self._last[source]
            now.faces, now.is_steady = faces, hardly_moved(self._before.pop(source), faces)


def goes_on(last: _Sample, now: _Sample) -> bool:
    """Whether `now` comes soon after the sample before it, in the same shot, and shows about the same."""
    return (
        0 < now.seconds - last.seconds <= MOST_APART_SECONDS
        and now.shot_start_seconds == last.shot_start_seconds
        and period_index(now.seconds, LOOK_SECONDS) == period_index(last.seconds, LOOK_SECONDS)
        and now.shape == last.shape
        and bool((np.abs(now.cells - last.cells) > CLEAR).mean() <= MOST_CHANGED)
    )


def changes(last: _Sample, now: _Sample) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """`stood` and `changed_seconds` of `now`, which comes after `last`."""
    moved = np.abs(now.cells - last.stood) > MOVED
    return np.where(moved, now.cells, last.stood), np.where(moved, now.seconds, last.changed_seconds)


def hardly_moved(before: tuple[Face, ...], now: tuple[Face, ...]) -> bool:
    """Whether two samples, one after the other, show the same tracks at about the same places."""
    places = {face.track: face for face in before}
    if set(places) != {face.track for face in now}:
        return False
    return all(distance(places[face.track], face) <= STEADY for face in now)


def distance(one: Face, other: Face) -> float:
    """How far the middles of two faces are from each other, in sizes of the first, across or down."""
    (size,) = sizes(np.array([one.box]))
    return float(np.max(np.abs(centre(other) - centre(one)) / np.maximum(size, np.finfo(np.float64).tiny)))


def brightness(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mean green of the cells of `image`, (HEIGHT, WIDTH), of every few pixels: all would take ten times as long."""
    step = max(1, min(image.shape[0] // (4 * HEIGHT), image.shape[1] // (4 * WIDTH)))
    green = np.ascontiguousarray(image[::step, ::step, 1])
    return np.asarray(cv2.resize(green, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)
