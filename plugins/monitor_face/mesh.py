"""The 478-point face mesh of one face, by mediapipe; its models come inside the wheel.

Nothing here imports mediapipe before a `FaceMesh` is made.
"""

from __future__ import annotations

import math
import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box

CROP_MARGIN = 0.35
"""Added to each side of the face's box, as a fraction of the box: the mesh's own detector wants the whole head."""
PADDING = 0.15
"""How far the crop may reach beyond the picture, as a fraction of the box; the border is repeated there. Of 400 tightly
cut faces of FER2013 the mesh fits 96.0 per cent without and 98.3 per cent with it."""
SMALLEST_CROP = 192
"""Crops with a longer side below this many pixels are enlarged to it: the mesh misses faces in smaller pictures."""
LARGEST_CROP = 384
"""Larger crops are reduced to this many pixels; the landmark network itself sees 192 pixels."""


class FaceMesh:
    """Fits the mesh to one face at a time.

    Every call stands alone (mediapipe's static mode), so an answer does not depend on the pictures before it. A lock
    makes one object usable from several threads, one call at a time.
    """

    def __init__(self, least_confidence: float = 0.3) -> None:
        """`least_confidence` in [0, 1]: below it mediapipe's own detector does not accept the crop as a face."""
        from mediapipe.python.solutions import face_mesh

        self._lock = threading.Lock()
        self._mesh: Any = face_mesh.FaceMesh(
            static_image_mode=True,
            max_num_faces=1,
            refine_landmarks=True,
            min_detection_confidence=least_confidence,
        )

    def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32] | None:
        """Float32 (478, 3): x and y as fractions of the whole image's width and height, z in the scale of x.

        None where no face could be fitted. `image` is uint8 (height, width, 3) RGB, `box` the face in fractions of it.
        """
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
        crop = resized(np.asarray(crop, np.uint8))
        with self._lock:
            found = self._mesh.process(crop).multi_face_landmarks
        if not found:
            return None
        points = np.array([(point.x, point.y, point.z) for point in found[0].landmark], np.float32)
        scale = np.array([(right - left) / width, (bottom - top) / height, (right - left) / width], np.float32)
        offset = np.array([left / width, top / height, 0.0], np.float32)
        mesh: NDArray[np.float32] = (points * scale + offset).astype(np.float32)
        return mesh

    def close(self) -> None:
        """Give back mediapipe's graph."""
        self._mesh.close()


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


def resized(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`crop` (height, width, 3), contiguous, with its longer side between SMALLEST_CROP and LARGEST_CROP pixels."""
    height, width = crop.shape[:2]
    longer = max(height, width)
    scale = min(max(longer, SMALLEST_CROP), LARGEST_CROP) / longer
    if scale == 1:
        return np.ascontiguousarray(crop)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, size, interpolation=method), np.uint8)
