"""The quality gate: faces that are seen too badly are kept, but do not count in shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FACE_HEIGHT, HEAD_YAW, SHARPNESS = "face_height", "head_yaw", "sharpness"
"""Measures of a face that the gate judges by."""


@dataclass(frozen=True)
class Gate:
    """Where a face is seen well enough to count. What is not known of a face does not speak against it."""

    smallest_face: float = 0.0
    """Least height, in pixels of the frame."""
    most_yaw: float = 180.0
    """Most turn to either side, in degrees."""
    least_sharpness: float = 0.0
    """Strength of the finest details by that of all details."""

    def lets_in(self, measures: Mapping[str, float]) -> bool:
        """Whether a face of these measures, name -> value, counts.

        >>> Gate(smallest_face=30).lets_in({"face_height": 24.0})
        False
        """
        return (
            measures.get(FACE_HEIGHT, self.smallest_face) >= self.smallest_face
            and abs(measures.get(HEAD_YAW, 0.0)) <= self.most_yaw
            and measures.get(SHARPNESS, self.least_sharpness) >= self.least_sharpness
        )
