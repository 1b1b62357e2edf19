"""What flows through the engine: a frame, the faces found in it, the two together, and what an analyzer saw.

Times are seconds of stream time, places are fractions of the frame, probabilities lie in [0, 1]: no pixels, no percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""(left, top, right, bottom) as fractions of the frame's width and height, in [0, 1]."""


REMEMBERED_SECONDS = 3.0
"""A track ends when its face was unseen for longer than this,"""
REMEMBERED_SAMPLES = 3
"""but not before so many samples in a row went without."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded picture of a source."""

    image: NDArray[np.uint8]
    """uint8 (height, width, 3), RGB, contiguous; made read-only here."""
    seconds: float
    """Stream time from the presentation timestamp; wall clock since the first frame for live streams."""
    source: int
    """Number of the source in its run, from 1. It tells sources apart; names are only for showing."""
    index: int
    """Number of the sample within its source, from 0."""
    file: str | None = None
    """File name, for sources that are folders of pictures."""
    source_name: str = ""
    """How the source is shown: as the user gave it, without passwords."""
    shot_start_seconds: float = 0.0
    """Stream time at which the shot began that the frame is of: the last cut, or else the source's first picture."""

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(f"a frame is uint8 (height, width, 3), not {self.image.dtype} with {self.image.shape = }")
        if not self.image.flags.c_contiguous:
            raise ValueError(f"a frame's image must be C-contiguous; {self.image.strides = }")
        self.image.setflags(write=False)

    def __repr__(self) -> str:
        height, width, _ = self.image.shape
        return f"Frame({self.source_name or self.source} #{self.index} at {self.seconds:.3f} s, {width}x{height})"


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
    """What one analyzer says about one subject of one sample.

    The engine checks every observation against what its analyzer declares, see `monitor.plugin.answers`.
    """

    analyzer: str
    source: int
    """Number of the sample's source in its run."""
    seconds: float
    """Stream time of the sample."""
    subject: int | None
    """Track of a face, or None for the whole frame."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Label -> probability; they sum to 1. Empty for an analyzer without labels."""
    box: Box | None = None
    confidence: float = 1.0
    """In [0, 1]."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """Name of a declared measure -> its value, in the declared unit and range; those without a value are left out."""
    vector: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    """float32 (numbers,): where the analyzer places the subject among others; alike things lie close. Sinks may index
    it; the store does not keep it."""
    counts: bool = True
    """Whether it counts in shares. Analyzers leave it; the engine sets it to False outside of the quality gate, before
    sinks see it."""

    @property
    def top(self) -> str | None:
        """The most probable label; None without scores."""
        return max(self.scores, key=self.scores.__getitem__, default=None)
