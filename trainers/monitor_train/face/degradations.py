"""What a camera may do to a face, at one fixed strength each, for measuring robustness.

They act on the picture before face mesh and alignment, so that a mesh that gets lost counts too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor_train.pictures.layouts import read_picture

Picture = NDArray[np.uint8]
Change = Callable[[Picture], Picture]


def blur(picture: Picture, part: int = 40) -> Picture:
    """Gaussian blur whose standard deviation is one `part` of the picture's side: 1.2 pixels of 48."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), picture.shape[0] / part), np.uint8)


def noise(picture: Picture) -> Picture:
    """Gaussian noise with a standard deviation of 15 of 255, always the same."""
    added = np.random.default_rng(0).normal(0, 15, picture.shape[:2])[..., None]
    return np.clip(picture + added, 0, 255).astype(np.uint8)


def darkness(picture: Picture) -> Picture:
    """A quarter of the light."""
    return (picture * 0.25).astype(np.uint8)


def jpeg(picture: Picture) -> Picture:
    """JPEG at quality 20."""
    _, code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 20])
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)


def small(picture: Picture, side: int = 24) -> Picture:
    """A face of `side` pixels."""
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def roll(picture: Picture) -> Picture:
    """The head tilted by 20 degrees; what the turn uncovers repeats the border."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), 20, 1)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


DEGRADATIONS: dict[str, Change] = {
    "blur": blur,
    "noise": noise,
    "darkness": darkness,
    "jpeg": jpeg,
    "face_of_24_pixels": small,
    "roll_of_20_degrees": roll,
}


def read_changed(change: Change, file: Path) -> Picture:
    """The picture in `file`, changed."""
    return change(read_picture(file))
