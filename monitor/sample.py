"""What flows through the engine: a frame, the faces found in it, the two together, and what an analyzer saw.

Times are seconds of stream time, places are fractions of the frame, probabilities lie in [0, 1]: no pixels, no percent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""(left, top, right, bottom) as fractions of the frame's width and height, in [0, 1]."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded picture of a source."""

    image: NDArray[np.uint8]
    """uint8 (height, width, 3), RGB, contiguous; made read-only here."""
    seconds: float
    """Stream time from the presentation timestamp; wall clock since the first frame for live streams."""
    source: str
    """Name of the source, without credentials."""
    index: int
    """Number of the sample within its source, from 0."""
    file: str | None = None
    """File name, for sources that are folders of pictures."""

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(f"a frame is uint8 (height, width, 3), not {self.image.dtype} with {self.image.shape = }")
        if not self.image.flags.c_contiguous:
            raise ValueError(f"a frame's image must be C-contiguous; {self.image.strides = }")
        self.image.setflags(write=False)

    def __repr__(self) -> str:
        height, width, _ = self.image.shape
        return f"Frame({self.source} #{self.index} at {self.seconds:.3f} s, {width}x{height})"


@dataclass(frozen=True, eq=False)
class Face:
    """One face of a frame."""

    box: Box
    score: float
    """Confidence of the detector, in [0, 1]."""
    mesh: NDArray[np.float32] | None = None
    """float32 (478, 3) in fractions of the frame (z in the scale of x), or None where no mesh could be fitted."""
    track: int = 0
    """Number of the person, from 1, the same for as long as the person is followed; 0 before tracking."""

    def __repr__(self) -> str:
        box = ", ".join(f"{side:.3f}" for side in self.box)
        return f"Face(#{self.track} at ({box}), {self.score:.2f}{'' if self.mesh is None else ', mesh'})"


@dataclass(frozen=True, eq=False)
class Sample:
    """A frame that is analysed, and its faces (empty where none were found or none were asked for)."""

    frame: Frame
    faces: tuple[Face, ...] = ()


@dataclass(frozen=True)
class Observation:
    """What one analyzer says about one subject of one sample."""

    analyzer: str
    source: str
    seconds: float
    subject: int | None
    """Track of a face, or None for the whole frame."""
    scores: Mapping[str, float]
    """Label -> probability; they sum to 1."""
    box: Box | None = None
    confidence: float = 1.0
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Further numbers or words of the analyzer; kept with the observation, never part of the shares."""
    vector: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    """float32 (numbers,): where the analyzer places the subject among others; alike things lie close. Sinks may index
    it; the store does not keep it."""

    def __post_init__(self) -> None:
        total = math.fsum(self.scores.values())
        if not abs(total - 1.0) <= 1e-3 or min(self.scores.values()) < 0:
            raise ValueError(f"{self.analyzer}: scores must be probabilities that sum to 1, they sum to {total:.6g}")

    @property
    def top(self) -> str:
        """The most probable label."""
        return max(self.scores, key=self.scores.__getitem__)
