"""One row of the index: a sampled frame, its place among all others, and a small picture of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIBRARY = 0
"""The session of pictures that no run recorded: those of a reference library."""
THUMBNAIL_SIDE = 160
"""Longer side of a moment's small picture, in pixels."""


@dataclass(frozen=True, eq=False)
class Moment:
    """What is known of one sampled frame, or of one picture of a reference library."""

    vector: NDArray[np.float32]
    """float32 (D,) of unit length; alike moments lie close."""
    session: int
    """Number of the session in the store; LIBRARY for a picture of a reference library."""
    source: str
    """Name of the source; for a picture of a reference library the library's name."""
    seconds: float
    """Stream time."""
    scores: Mapping[str, float]
    """Label -> probability."""
    file: str | None = None
    """File name, for sources that are folders of pictures."""
    novelty: float | None = None
    """Cosine distance to the source's own past, in [0, 2]; None where there was none."""
    thumbnail: bytes = b""
    """Small JPEG of the frame."""
    distance: float | None = None
    """Cosine distance to what was searched for, in [0, 2]; None where nothing was."""
    people: tuple[str, ...] = ()
    """Names of those who were seen in it; the store knows them, the index does not keep them."""

    def __repr__(self) -> str:
        where = f"library {self.source}" if self.session == LIBRARY else f"session {self.session}, {self.source}"
        away = "" if self.distance is None else f", {self.distance:.3f} away"
        return f"Moment({where} at {self.seconds:.3f} s{away})"

    @property
    def top(self) -> str:
        """The most probable label."""
        return max(self.scores, key=self.scores.__getitem__)


def thumbnail(image: NDArray[np.uint8]) -> bytes:
    """JPEG of a whole picture, uint8 RGB (height, width, 3), whose longer side is at most THUMBNAIL_SIDE."""
    import cv2

    height, width, _ = image.shape
    scale = min(1.0, THUMBNAIL_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
