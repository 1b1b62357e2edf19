"""Finds the cuts of a film while it is decoded: where one shot ends and the next begins.

A cut changes much of the picture from one decoded picture to the next, and more than the pictures before it changed: a
moving camera or crowd changes much as well, but goes on doing so (as the adaptive threshold of Yusoff et al., "Video
shot cut detection using adaptive thresholding", 2000). Fades and dissolves are no cuts.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

WIDTH, HEIGHT = 32, 18
"""Cells of a picture that are compared,"""
PIXELS = 4
"""and how many of a cell's pixels, across and down, its colour is the mean of: all would take ten times as long."""
CLEAR = 32.0
"""Summed difference of a cell's red, green and blue, of 765, that counts as a change."""
LEAST_CHANGED = 0.4
"""Part of the cells that a cut changes."""
LEAST_DIFFERENCE = 20.0
"""Mean of those summed differences over all cells that a cut makes,"""
TIMES_USUAL = 2.0
"""and how many times the median of the pictures before it that is."""
SUDDEN_CHANGED, SUDDEN_TIMES_USUAL = 0.2, 6.0
"""Where it is as sudden as this, a cut may change fewer cells: from one person to the next before the same wall;"""
CLOSE_SECONDS = 0.25
"""unless the picture before is older, so that people had time to move."""
REMEMBERED = 8
"""Pictures whose changes are the usual ones,"""
LEAST_REMEMBERED = 4
"""and how many it takes to say that a change is sudden."""
FLASH_SECONDS = 0.2
"""A picture like the one before a cut, so soon after it, shows that there was a flash and no cut."""


class ShotDetector:
    """Follows the decoded pictures of one stream; some may be left out."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._began = 0.0
        self._seconds = 0.0
        self._cells: NDArray[np.float32] | None = None
        self._usual: deque[float] = deque(maxlen=REMEMBERED)
        self._before: tuple[float, NDArray[np.float32]] | None = None
        """Beginning and last picture of the shot before the newest cut."""

    def __call__(self, picture: VideoFrame, seconds: float) -> float:
        """When the shot of `picture`, shown at `seconds`, began; pictures come in the order they are shown in."""
        cells, last = self._small(picture), self._cells
        if last is None:
            self._began = seconds
        elif self._before and seconds - self._began <= FLASH_SECONDS and not self._is_cut(self._before[1], cells, 0.0):
            self._began, self._before = self._before[0], None
        elif self._is_cut(last, cells, seconds - self._seconds):
            self._before = (self._began, last)
            self._began = seconds
        if last is not None:
            self._usual.append(float(differences(last, cells).mean()))
        self._cells, self._seconds = cells, seconds
        return self._began

    def _is_cut(self, before: NDArray[np.float32], now: NDArray[np.float32], apart_seconds: float) -> bool:
        difference = differences(before, now)
        mean, changed = float(difference.mean()), float((difference > CLEAR).mean())
        usual = float(np.median(self._usual)) if self._usual else 0.0
        is_close = apart_seconds <= CLOSE_SECONDS and len(self._usual) >= LEAST_REMEMBERED
        is_sudden = is_close and mean > SUDDEN_TIMES_USUAL * usual
        least_changed = SUDDEN_CHANGED if is_sudden else LEAST_CHANGED
        return mean > max(LEAST_DIFFERENCE, TIMES_USUAL * usual) and changed > least_changed

    def _small(self, picture: VideoFrame) -> NDArray[np.float32]:
        """Mean colours of the picture's cells: (HEIGHT, WIDTH, 3) RGB."""
        size = {"width": WIDTH * PIXELS, "height": HEIGHT * PIXELS}
        fast = Interpolation.FAST_BILINEAR
        small = self._reformatter.reformat(picture, format="rgb24", interpolation=fast, threads=1, **size).to_ndarray()
        return np.asarray(cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)


def differences(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum over the colours of how much each cell differs: (HEIGHT, WIDTH), 0 to 765."""
    return np.asarray(np.abs(one - other).sum(axis=-1), np.float32)
