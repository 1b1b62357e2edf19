"""mediapipe's short-range face detector, for faces that fill a good part of the picture.

Bazarevsky, Kartynnik, Vakunov, Raveendran and Grundmann, "BlazeFace", 2019, sections 3 and 4; anchors, layout and
thresholds are those of mediapipe's graph `face_detection_short_range`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.engine.boxes import overlap
from monitor_face.detection.network import Network
from monitor_face.detection.region import Region

SIDE = 128
"""Side of the square picture that the network sees, in pixels."""
GRIDS = ((16, 2), (8, 6))
"""Cells across and down, and how many faces the network looks for around the middle of each."""
SAME_FACE = 0.3
"""Boxes whose intersection over union is larger show one face; their places are averaged, weighted by score."""
KEYPOINTS = 6
"""Eyes, tip of the nose, mouth and ears, the one on the picture's left first."""


@dataclass(frozen=True, eq=False)
class Detections:
    """Faces, the surest first, in fractions of the picture."""

    boxes: NDArray[np.float64]
    """(n, 4), perhaps reaching beyond the picture."""
    keypoints: NDArray[np.float64]
    """(n, KEYPOINTS, 2)."""
    scores: NDArray[np.float64]
    """(n,) in [0, 1]."""


class ShortRange:
    """Finds faces in pictures, for several threads at a time."""

    def __init__(self) -> None:
        self._network = Network("face_detection/face_detection_short_range.tflite")
        middles = []
        for cells, anchors in GRIDS:
            line = (np.arange(cells) + 0.5) / cells
            grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)  # row by row
            middles.append(np.repeat(grid, anchors, axis=0))
        self._middles = np.concatenate(middles)[:, None]  # (anchors, 1, 2)

    def __call__(self, image: NDArray[np.uint8], least_score: float) -> Detections:
        """The faces of `image`, uint8 (height, width, 3) RGB, of which the network is at least so sure."""
        height, width, _ = image.shape
        whole = Region(width / 2, height / 2, max(width, height))
        square = whole.pixels(image, SIDE, cv2.BORDER_CONSTANT)
        raw, logits = self._network(square.astype(np.float32) / 127.5 - 1)
        scores = 1 / (1 + np.exp(-np.clip(logits[:, 0].astype(np.float64), -100, 100)))
        found = scores >= least_score
        points = raw[found].astype(np.float64).reshape(-1, 2 + KEYPOINTS, 2) / SIDE  # middle, size, keypoints
        points[:, [0, *range(2, 2 + KEYPOINTS)]] += self._middles[found]
        points, scores = averaged(points, scores[found])
        size = np.array([width, height]) / whole.side
        points[:, 1] /= size
        places = [0, *range(2, 2 + KEYPOINTS)]
        points[:, places] = (points[:, places] - (1 - size) / 2) / size
        middle, half = points[:, 0], points[:, 1] / 2
        return Detections(np.concatenate([middle - half, middle + half], axis=1), points[:, 2:], scores)

    def close(self) -> None:
        """Give back the model."""
        self._network.close()


def averaged(
    points: NDArray[np.float64], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One face for all that overlap with the surest of them, at the mean of their places; and its score.

    `points` (n, 2 + KEYPOINTS, 2) are middle, size and keypoints, `scores` (n,). Bazarevsky et al., section 3.4.
    """
    order = np.argsort(-scores, kind="stable")
    points, scores = points[order], scores[order]
    boxes = np.concatenate([points[:, 0] - points[:, 1] / 2, points[:, 0] + points[:, 1] / 2], axis=1)
    left = np.arange(len(scores))
    means, best = [], []
    while len(left):
        same = overlap(boxes[left[:1]], boxes[left])[0] > SAME_FACE
        same[0] = True
        weights = scores[left[same]]
        means.append(np.tensordot(weights / weights.sum(), points[left[same]], 1))
        best.append(scores[left[0]])
        left = left[~same]
    return np.array(means).reshape(-1, 2 + KEYPOINTS, 2), np.array(best)
