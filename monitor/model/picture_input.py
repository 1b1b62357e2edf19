"""How a frame becomes what the network sees: one piece of code for the trainer and the running monitor."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.errors import ArtifactError
from monitor.model.artifact import Manifest
from monitor.sample import Frame

LEAST_LEFT = 2
"""Pixels of a halved picture, across and down, for one of the square: fewer would blur it."""


def scene_picture(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The whole frame, uint8 RGB (height, width, 3), squeezed into a square (size, size, 3).

    Nothing is cut off, as in Saito and Sudo, section 4.2.2, who resize every picture to a square.
    """
    height, width, _ = image.shape
    if (height, width) == (size, size):
        return image
    if height * width <= size * size:
        return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)
    # by halves first: OpenCV is ten times as fast at them, and the picture is nearly the same
    while width % 2 == height % 2 == 0 and min(width, height) // 2 >= LEAST_LEFT * size:
        width, height = width // 2, height // 2
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def frame_picture(frame: Frame, size: int) -> NDArray[np.uint8]:
    """`scene_picture` of a frame, read-only: made once for all analyzers that want this size, kept as long as the frame
    itself."""
    made = _of_frame.setdefault(frame, {})
    if size not in made:
        picture = scene_picture(frame.image, size).view()
        picture.setflags(write=False)
        made[size] = picture
    return made[size]


_of_frame: WeakKeyDictionary[Frame, dict[int, NDArray[np.uint8]]] = WeakKeyDictionary()


def input_size(manifest: Manifest) -> int:
    """Side of the network's input in pixels. Raises ArtifactError unless that is one square RGB picture."""
    channels, height, width = manifest.input_shape
    if manifest.colour != "rgb" or channels != 3 or height != width or len(manifest.mean) != 3:
        raise ArtifactError(
            f"{manifest.name}: a scene model takes square rgb pictures, not {manifest.colour} {manifest.input_shape}"
        )
    return height


def network_input(pictures: NDArray[np.uint8], manifest: Manifest) -> NDArray[np.float32]:
    """Pictures uint8 (N, S, S, 3) as the network wants them, float32 (N, 3, S, S)."""
    mean, std = np.array(manifest.mean, np.float32), np.array(manifest.std, np.float32)
    batch = pictures.astype(np.float32) * (1 / (255 * std)) - mean / std
    return np.ascontiguousarray(batch.transpose(0, 3, 1, 2))
