"""Turns decoded pictures into what a viewer would see: upright RGB."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter
from numpy.typing import NDArray

UNSPECIFIED_COLORSPACE = 2
HD_HEIGHT = 720
"""From this height on, a video that does not name its colour matrix is BT.709, below it BT.601; what players assume."""


class RgbConverter:
    """Converts pictures of one stream; keeps the scaler between them."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, picture: VideoFrame) -> NDArray[np.uint8]:
        """uint8 (height, width, 3), full range, C-contiguous, turned upright by the stream's rotation metadata."""
        matrix = None
        if picture.colorspace == UNSPECIFIED_COLORSPACE:
            matrix = Colorspace.ITU709 if picture.height >= HD_HEIGHT else Colorspace.ITU601
        rgb = self._reformatter.reformat(picture, format="rgb24", src_colorspace=matrix, threads=1)
        quarter_turns = round(picture.rotation / 90) % 4  # counterclockwise, as numpy turns
        image: NDArray[np.uint8] = np.ascontiguousarray(np.rot90(rgb.to_ndarray(), quarter_turns))
        return image
