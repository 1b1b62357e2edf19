"""A face as the emotion network sees it: of fixed size, eyes and mouth always in the same place.

Runtime and trainer both align with `alignment`, so that a model meets the faces it was trained on.
The alignment is that of Kanamori, Kanamori, Endo and Mitani, "Facial emotion estimation using facial landmarks",
section 4.4: an affine map puts left eye, right eye and mouth centre at (25, 35), (75, 35) and (50, 75) of a frame of
100 by 100, which is then scaled to the network's input.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box
from monitor_face.halves import Halves, halvings

LEFT_EYE = (33, 133)
"""Mesh points whose mean is the centre of the eye on the picture's left: its outer and inner corner."""
RIGHT_EYE = (263, 362)
"""The same for the eye on the picture's right."""
MOUTH = (61, 291)
"""The two corners of the mouth."""
ANCHORS = np.array([(25, 35), (75, 35), (50, 75)], np.float64)
"""Where left eye, right eye and mouth come to lie in the frame of 100 by 100."""
FRAME = 100.0
MARGIN = 10.0
"""Kept on each side of the frame of 100, in its own units, so that brows and chin of most faces stay inside."""
LEAST_AVERAGED = 2
"""So many pixels of a large face, across and down, are left for its reduction to the network's input, which is to no
round size; halving it before is quicker, and loses nothing but the rounding of means."""
LEAST_SPREAD = 0.15
"""Smallest ratio of the two singular values of the map's inverse; flatter triangles are profiles or failed meshes."""


def alignment(
    mesh: NDArray[np.float32] | None, box: Box, width: int, height: int, size: int, margin: float = MARGIN
) -> NDArray[np.float64]:
    """The map (2, 3) from pixels of a picture of that width and height to pixels of the aligned face.

    `mesh`, float32 (478, 3), and `box` are in fractions of the picture. Without a mesh, or where eyes and mouth lie
    nearly on one line, the square around `box` is taken instead. A larger `margin`, in units of the frame of 100, shows
    more around the face; `size` then has to grow with 100 + 2 * margin to keep the scale.
    """
    scale = size / (FRAME + 2 * margin)
    matrix = None if mesh is None else affine_map(anchor_points(mesh, width, height), scale, margin)
    return box_map(box, width, height, scale, margin) if matrix is None else matrix


def anchor_points(mesh: NDArray[np.float32], width: int, height: int) -> NDArray[np.float64]:
    """Left eye, right eye and mouth centre, (3, 2), in pixels of a picture of that width and height."""
    points = mesh[:, :2].astype(np.float64) * (width, height)
    return np.array([points[list(pair)].mean(axis=0) for pair in (LEFT_EYE, RIGHT_EYE, MOUTH)])


def affine_map(anchors: NDArray[np.float64], scale: float, margin: float) -> NDArray[np.float64] | None:
    """The map (2, 3) from pixels of the picture to pixels of the aligned face, or None for a degenerate triangle.

    `scale`: pixels of the aligned face per unit of the frame of 100.
    """
    if not np.isfinite(anchors).all():
        return None
    edges = (anchors[1:] - anchors[0]).T
    wanted = (ANCHORS[1:] - ANCHORS[0]).T
    back = edges @ inverse(wanted)  # frame units to pixels
    large, small = stretches(back)
    if determinant(back) <= 0 or small < LEAST_SPREAD * large:
        return None
    linear = inverse(back) * scale
    offset = (ANCHORS[0] + margin) * scale - linear @ anchors[0]
    return np.column_stack([linear, offset])


# NumPy hands even these to the threads of its linear algebra, which then wait for more on cores that others need.


def determinant(matrix: NDArray[np.float64]) -> float:
    """Of a (2, 2) matrix."""
    (a, b), (c, d) = matrix.tolist()
    return float(a * d - b * c)


def inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a (2, 2) matrix whose determinant is not 0."""
    (a, b), (c, d) = matrix.tolist()
    return np.asarray(np.array([[d, -b], [-c, a]]) / (a * d - b * c))


def stretches(matrix: NDArray[np.float64]) -> tuple[float, float]:
    """Singular values of a (2, 2) matrix: by how much it stretches the direction that it stretches most, and least."""
    (a, b), (c, d) = matrix.tolist()
    turning, mirroring = math.hypot(a + d, c - b) / 2, math.hypot(a - d, b + c) / 2
    return turning + mirroring, abs(turning - mirroring)


def box_map(box: Box, width: int, height: int, scale: float, margin: float) -> NDArray[np.float64]:
    """The map (2, 3) that lays the square around `box` over the frame of 100 and its usual margin."""
    left, right = box[0] * width, box[2] * width
    top, bottom = box[1] * height, box[3] * height
    zoom = scale * (FRAME + 2 * MARGIN) / max(right - left, bottom - top, 1.0)
    offset = scale * (FRAME / 2 + margin) - zoom * np.array([(left + right) / 2, (top + bottom) / 2])
    return np.column_stack([zoom * np.eye(2), offset])


def warp(image: NDArray[np.uint8], matrix: NDArray[np.float64], size: int, *, grey: bool = True) -> NDArray[np.uint8]:
    """`image` (height, width, 3) RGB seen through `matrix`, uint8 (size, size, 1) of luma, or (size, size, 3).

    Coordinates count from the picture's corner, not from the middle of its first pixel. The part that is needed is cut
    out first and, where it is much larger than the output, halved and then reduced by area: a plain warp would skip
    pixels.
    """
    height, width, _ = image.shape
    back = inverse(matrix[:, :2])
    corners = (np.array([(0, 0), (size, 0), (0, size), (size, size)]) - matrix[:, 2]) @ back.T
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int) - 2, 0, (width - 1, height - 1))
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 2, (left + 1, top + 1), (width, height))
    linear, offset = matrix[:, :2], matrix[:, 2] + matrix[:, :2] @ np.array([left, top], np.float64)

    shrink = 1.0 / stretches(linear)[0]  # source pixels per output pixel, in the finer direction
    times = halvings(LEAST_AVERAGED, of=shrink)
    whole = 2**times
    right, bottom = (max(start + 1, end - (end - start) % whole) for start, end in ((left, right), (top, bottom)))
    part = Halves(image[top:bottom, left:right]).halved(times)
    picture = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY) if grey else part
    if shrink > 1:
        small = max(1, round((right - left) / shrink)), max(1, round((bottom - top) / shrink))
        linear = linear @ np.diag([(right - left) / small[0], (bottom - top) / small[1]])
        picture = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    offset = offset + linear @ (0.5, 0.5) - 0.5  # cv2 puts the origin in the middle of the first pixel
    face = cv2.warpAffine(
        picture,
        np.column_stack([linear, offset]),
        (size, size),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(face, np.uint8).reshape(size, size, -1)
