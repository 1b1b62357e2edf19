"""How well a face can be seen in its picture: how large, how sharp, how bright."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box
from monitor_people.thinning import thinned

SIZE = 96
"""Longer side to which larger faces are reduced, in pixels: about what emotion networks see. Smaller ones stay."""
MOST_AVERAGED = 2
"""Of a face that is reduced by more than twice that, so many pixels are taken, across and down, for one."""
LEAST_CONTRAST = 4.0
"""Grey levels; flatter pictures have no edges to judge by."""


@dataclass(frozen=True)
class PictureQuality:
    """Of one face."""

    face_height: float
    """Pixels of the frame."""
    sharpness: float
    """Strength of the finest details by that of all, 0 for a blurred or even picture; 0.2 and more for a sharp one."""
    brightness: float
    """Mean luma, 0 black to 1 white."""


def picture_quality(image: NDArray[np.uint8], box: Box) -> PictureQuality:
    """Of the face in `box` (fractions) of `image` (height, width, 3) RGB.

    Sharpness is the standard deviation of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy: a comparative study", 2000) by that of the picture, which makes it independent of contrast.
    """
    height, width, _ = image.shape
    left, top = int(box[0] * width), int(box[1] * height)
    right, bottom = max(left + 1, round(box[2] * width)), max(top + 1, round(box[3] * height))
    face = image[top:bottom, left:right]
    face_height = (box[3] - box[1]) * height
    if face.size == 0:
        return PictureQuality(face_height, 0.0, 0.0)
    longer = max(face.shape[:2])
    if longer >= 2 * MOST_AVERAGED * SIZE:
        face = thinned(face, longer // (MOST_AVERAGED * SIZE))
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    longer = max(grey.shape)
    if longer > SIZE:
        size = max(1, round(grey.shape[1] * SIZE / longer)), max(1, round(grey.shape[0] * SIZE / longer))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    mean, spread = (float(value[0, 0]) for value in cv2.meanStdDev(grey))
    _, edges = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE))
    return PictureQuality(face_height, float(edges[0, 0]) / max(spread, LEAST_CONTRAST), mean / 255)
