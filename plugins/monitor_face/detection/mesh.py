"""The 478-point face mesh of one face, by the networks of mediapipe's face mesh and the steps of its graph
`face_landmark_front`."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box
from monitor_face.detection.landmarks import SIDE, Landmarks
from monitor_face.detection.region import Region
from monitor_face.detection.short_range import ShortRange
from monitor_face.halves import Halves

CROP_MARGIN = 0.35
"""Added to each side of the face's box, as a fraction of the box: the mesh's own detector wants the whole head."""
PADDING = 0.15
"""How far the crop may reach beyond the picture, as a fraction of the box; the border is repeated there. Of 400 tightly
cut faces of FER2013 the mesh fits 96.0 per cent without and 98.3 per cent with it."""
SMALLEST_CROP = 192
"""Crops with a longer side below this many pixels are enlarged to it: the mesh misses faces in smaller pictures. Of
large faces they are cut from a half of the picture, and so on, for as long as that leaves so many."""
LEAST_SCORE = 0.3
"""Least that the detector that looks for the face in the crop has to be sure of one."""
ENLARGED = 1.5
"""The landmark network wants to see this many times the face's own box."""
LEAST_FACE = 0.5
"""Least that the landmark network has to be sure of a face that was detected,"""
LEAST_FOLLOWED = 0.99
"""and of one that nobody has detected in this picture."""
MOST_LOOKS = 2
"""So often it looks for a face that has moved,"""
LITTLE = 0.05
"""which is one that is not within this fraction of the square that it was looked for in."""
FIRST_EYE, SECOND_EYE = 33, 263
"""Outer corners of the eyes in the mesh."""


class FaceMesh:
    """Fits the mesh to one face at a time, for several threads at a time; every call stands alone."""

    def __init__(self, short_range: ShortRange | None = None) -> None:
        """`short_range` looks for the face in the crop; it is made here where nobody has one already."""
        self._short_range = short_range or ShortRange()
        self._landmarks = Landmarks()

    def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32] | None:
        """As `fit` does it, of one face of `image`, uint8 (height, width, 3) RGB."""
        return self.fit(Halves(image), box)

    def fit(self, picture: Halves, box: Box) -> NDArray[np.float32] | None:
        """Float32 (478, 3): x and y as fractions of the whole picture's width and height, z in the scale of x.

        None where no face could be fitted. `picture` is RGB, `box` the face in fractions of it.
        """
        height, width, _ = picture.image.shape
        side = max((box[2] - box[0]) * width, (box[3] - box[1]) * height)
        image = picture.keeping(SMALLEST_CROP, of=(1 + 2 * CROP_MARGIN) * side)
        height, width, _ = image.shape
        left, top, right, bottom = crop_around(box, width, height)
        inside = max(0, left), max(0, top), min(width, right), min(height, bottom)
        if inside[2] - inside[0] < 2 or inside[3] - inside[1] < 2:
            return None
        crop = cv2.copyMakeBorder(
            image[inside[1] : inside[3], inside[0] : inside[2]],
            *(inside[1] - top, bottom - inside[3], inside[0] - left, right - inside[2]),
            cv2.BORDER_REPLICATE,
        )
        crop = enlarged(np.asarray(crop, np.uint8))
        size = np.array([crop.shape[1], crop.shape[0]])
        found = self._short_range(crop, LEAST_SCORE)
        if not len(found.scores):
            return None
        first_eye, second_eye = found.keypoints[0, :2] * size
        mesh, score = self._fitted(crop, around(found.boxes[0].reshape(2, 2) * size, second_eye - first_eye))
        if score <= LEAST_FACE:
            return None
        scale = (right - left) / width, (bottom - top) / height, (right - left) / width
        return np.asarray(mesh * scale + (left / width, top / height, 0.0), np.float32)

    def again(self, picture: Halves, mesh: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """The mesh in `picture` of the face that had `mesh` a moment before, both as above.

        None where the network is not as sure as it is of a face that it sees well. It looks where the face was; where
        the face has moved, it looks once more, with the face in the middle.
        """
        height, width, _ = picture.image.shape
        found = mesh.astype(np.float64)
        for _ in range(MOST_LOOKS):
            before = found
            image = picture.keeping(SIDE, of=region_of(before, width, height).side)
            region = region_of(before, image.shape[1], image.shape[0])
            if not region.side > 0:
                return None
            found, score = self._fitted(image, region)
            if score < LEAST_FOLLOWED:
                return None
            moved = (found - before)[:, :2].mean(axis=0) * (image.shape[1], image.shape[0])
            if np.hypot(*moved) < LITTLE * region.side:
                break
        return np.asarray(found, np.float32)

    def _fitted(self, image: NDArray[np.uint8], region: Region) -> tuple[NDArray[np.float64], float]:
        """The mesh in fractions of `image`, by what it shows in `region`, and how sure a face is there, in [0, 1]."""
        points, score = self._landmarks(region.pixels(image, SIDE, cv2.BORDER_REPLICATE))
        return region.to_picture(points) / (image.shape[1], image.shape[0], image.shape[1]), score

    def close(self) -> None:
        """Give back the models."""
        self._short_range.close()
        self._landmarks.close()


def around(corners: NDArray[np.float64], eyes: NDArray[np.float64]) -> Region:
    """What the landmark network is to see of a face whose box has these `corners`, (2, 2), and whose eyes, the one on
    the picture's left first, lie `eyes` (2,) apart, all in pixels."""
    x, y = corners.mean(axis=0)
    return Region(x, y, ENLARGED * (corners[1] - corners[0]).max(), math.atan2(eyes[1], eyes[0]))


def region_of(mesh: NDArray[np.float64], width: int, height: int) -> Region:
    """What it is to see of a face whose mesh is known, in a picture of that width and height."""
    points = mesh[:, :2] * (width, height)
    corners = np.stack([points.min(axis=0), points.max(axis=0)])
    return around(corners, points[SECOND_EYE] - points[FIRST_EYE])


def crop_around(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) in pixels: the square around `box` with its margin.

    It reaches beyond the picture, into negative numbers too, by no more than the padding.
    """
    left, right = box[0] * width, box[2] * width
    top, bottom = box[1] * height, box[3] * height
    side = max(right - left, bottom - top)
    half, padding = (0.5 + CROP_MARGIN) * side, round(PADDING * side)
    x, y = (left + right) / 2, (top + bottom) / 2
    return (
        max(-padding, math.floor(x - half)),
        max(-padding, math.floor(y - half)),
        min(width + padding, math.ceil(x + half)),
        min(height + padding, math.ceil(y + half)),
    )


def enlarged(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`crop` (height, width, 3), contiguous, with a longer side of at least SMALLEST_CROP pixels."""
    height, width = crop.shape[:2]
    scale = SMALLEST_CROP / max(height, width)
    if scale <= 1:
        return np.ascontiguousarray(crop)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_CUBIC), np.uint8)
