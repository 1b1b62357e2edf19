"""What the pipeline can be compared with."""

from __future__ import annotations

from enum import StrEnum


class Against(StrEnum):
    """Other ways through a video."""

    decode = "decode"
    """Decoding the same samples, and nothing else."""
    opencv_loop = "opencv-loop"
    """OpenCV reads every frame; its detector and its inference look at those that are due."""
    deepface = "deepface"
    fer = "fer"
