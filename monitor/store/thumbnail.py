"""A small picture of a person: how good a view of them a sample gives, and the JPEG that is kept of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box, Face, Frame

THUMBNAIL_SIZE = 96
"""Side of a thumbnail, in pixels."""
MARGIN = 0.15
"""Ground that a thumbnail shows on each side of the face's longer side, as a fraction of it."""
CLEARLY_BETTER = 1.2
"""A view replaces the one that is kept where its quality is larger by this factor."""
SHARP = 100.0
"""Variance of the Laplacian, of grey levels from 0 to 255 at the thumbnail's size, that counts as half sharp."""
WITHOUT_MESH = 0.25
"""Frontality of a face that no mesh could be fitted to: mostly one that is turned away or covered."""
BLURRED_SIDE = 6
"""Colours across a face that is blurred."""
RIGHT, LEFT, TOP, CHIN = 234, 454, 10, 152
"""Points of the mesh at the edges of a face, its right being the left of the picture."""


def view(frame: Frame, face: Face, better_than: float = -1.0, *, blur: bool = False) -> tuple[float, bytes] | None:
    """The quality of `face` as a picture of its person and its thumbnail as JPEG, blurred or not; None where it is no
    better.

    The quality, in [0, 1], is the product of the detector's confidence, how frontal the face is, how much of a
    thumbnail its own pixels fill, and how sharp it is. Most views are dismissed by the first three, before a pixel is
    touched.
    """
    height, width, _ = frame.image.shape
    left, top, right, bottom = face.box
    size = min(1.0, max((right - left) * width, (bottom - top) * height) / THUMBNAIL_SIZE)
    quality = face.score * size * frontality(face.mesh, width / height)
    if quality <= better_than:
        return None
    picture = cropped(frame.image, face.box)
    quality *= sharpness(picture)
    if quality <= better_than:
        return None
    return quality, jpeg(blurred(picture, (0.0, 0.0, 1.0, 1.0)) if blur else picture)


def frontality(mesh: NDArray[np.float32] | None, aspect: float) -> float:
    """Squared cosine of the angle between where a face points and the camera: 1 from in front, 0.5 at 45 degrees.

    `mesh` is float32 (478, 3) in fractions of the frame, z in the scale of x; `aspect` is the frame's width divided by
    its height. The face points along the normal of its outline, from side to side and from top to chin.
    """
    if mesh is None:
        return WITHOUT_MESH
    points = mesh[[RIGHT, LEFT, TOP, CHIN]].astype(np.float64) * (aspect, 1.0, aspect)
    normal = np.cross(points[1] - points[0], points[3] - points[2])
    length = float(np.linalg.norm(normal))
    return max(0.0, float(normal[2]) / length) ** 2 if length > 0 else 0.0


def sharpness(picture: NDArray[np.uint8]) -> float:
    """How sharp the face in a square RGB picture with a margin around it is, from 0, one even colour, to 1.

    The variance v of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000) as
    v / (v + SHARP).
    """
    import cv2

    edge = round(MARGIN / (1 + 2 * MARGIN) * len(picture))
    grey = cv2.cvtColor(picture[edge:-edge, edge:-edge], cv2.COLOR_RGB2GRAY)
    variance = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    return variance / (variance + SHARP)


def cropped(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The face in `box` with its margin, uint8 (THUMBNAIL_SIZE, THUMBNAIL_SIZE, 3); the frame's edge is repeated."""
    import cv2

    height, width, _ = image.shape
    left, top, right, bottom = (
        round(side * length) for side, length in zip(box, (width, height, width, height), strict=True)
    )
    half = max(1, round((0.5 + MARGIN) * max(right - left, bottom - top)))
    x, y = min((left + right) // 2, width - 1), min((top + bottom) // 2, height - 1)
    crop = image[max(0, y - half) : y + half, max(0, x - half) : x + half]
    missing = max(crop.shape[:2])
    across, down = missing - crop.shape[1], missing - crop.shape[0]
    square = cv2.copyMakeBorder(
        crop, down // 2, down - down // 2, across // 2, across - across // 2, cv2.BORDER_REPLICATE
    )
    size = (THUMBNAIL_SIZE, THUMBNAIL_SIZE)
    return np.asarray(cv2.resize(square, size, interpolation=cv2.INTER_AREA), np.uint8)


def blurred(picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """A copy of an RGB picture whose part in `box` (fractions) is so coarse that nobody is known by it: of
    BLURRED_SIDE by BLURRED_SIDE colours, with soft edges."""
    import cv2

    height, width, _ = picture.shape
    left, top = max(0, int(box[0] * width)), max(0, int(box[1] * height))
    right, bottom = min(width, round(box[2] * width)), min(height, round(box[3] * height))
    changed = picture.copy()
    part = changed[top:bottom, left:right]
    if part.size:
        coarse = cv2.resize(part, (BLURRED_SIDE, BLURRED_SIDE), interpolation=cv2.INTER_AREA)
        part[:] = cv2.resize(coarse, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return changed


def jpeg(picture: NDArray[np.uint8]) -> bytes:
    """An RGB picture, uint8 (height, width, 3), as JPEG."""
    import cv2

    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return encoded.tobytes()
