"""The part of a picture that shows the face (Ng, Nguyen, Vonikakis and Winkler, "Deep learning for emotion recognition
on small datasets using transfer learning", EmotiW 2015).

With e the distance between the eyes, the sides lie 0.62 e outside of the eyes' outer corners, the top 0.9 e above the
eyes and the bottom 1.35 e below them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor_face.detection.mediapipe_detector import MediaPipeDetector
from monitor_face.expression.align import LEFT_EYE, RIGHT_EYE, anchor_points

SIDE, TOP, BOTTOM = 0.62, 0.9, 1.35
Picture = NDArray[np.uint8]


def eye_box(mesh: NDArray[np.float32], width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the face with that `mesh` (478, 3), in pixels inside of the picture."""
    left_eye, right_eye, _ = anchor_points(mesh, width, height)
    e = float(np.linalg.norm(right_eye - left_eye))
    level = float(left_eye[1] + right_eye[1]) / 2
    left, right = float(mesh[LEFT_EYE[0], 0]) * width - SIDE * e, float(mesh[RIGHT_EYE[0], 0]) * width + SIDE * e
    low = max(0, round(left)), max(0, round(level - TOP * e))
    return *low, max(low[0] + 1, min(width, round(right))), max(low[1] + 1, min(height, round(level + BOTTOM * e)))


class EyeCrop:
    """Cuts the largest face out of a picture; where none is found, the picture stays as it is."""

    def __init__(self) -> None:
        self._detector = MediaPipeDetector()
        self.missed = 0
        """Pictures in which no face was found."""

    def __call__(self, picture: Picture) -> Picture:
        meshes = [face.mesh for face in self._detector.detect(picture) if face.mesh is not None]
        if not meshes:
            self.missed += 1
            return picture
        height, width, _ = picture.shape
        boxes = [eye_box(mesh, width, height) for mesh in meshes]
        left, top, right, bottom = max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
        return picture[top:bottom, left:right]

    def close(self) -> None:
        """Give back the detector."""
        self._detector.close()


def square(picture: Picture, side: int) -> Picture:
    """`picture` (H, W, 3) squeezed to (side, side, 3)."""
    smaller = side < max(picture.shape[:2])
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (side, side), interpolation=how), np.uint8)
