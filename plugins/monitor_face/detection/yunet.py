"""Finds faces with OpenCV's YuNet, from a model file of the user's: slower than mediapipe, better in crowds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.sample import Face
from monitor_face.detection.meshes import Meshes
from monitor_face.detection.network import at_once
from monitor_face.halves import Halves
from monitor_face.options import YuNetOptions

LEAST_SCORE = 0.6
LONGEST_SIDE = 1920
"""Larger pictures are reduced to this many pixels."""
SUPPRESSION = 0.3
"""Intersection over union at which YuNet itself suppresses the less sure of two boxes."""
SHORTEST_SIDE = 64
"""Smaller pictures get a black border up to this many pixels: OpenCV computes nonsense, from memory that is not the
network's, where the coarsest of its three grids is a single cell wide or high."""


class YuNetDetector:
    """A `monitor.plugin.FaceDetector`. Wu, Peng and Yu, "YuNet: a tiny millisecond-level face detector", 2023."""

    def __init__(self, options: YuNetOptions) -> None:
        """Raises ConfigError where the model file is missing or not one of YuNet's."""
        self._model = load(options.model)
        self._threads = ThreadPoolExecutor(at_once(), "faces")
        self._meshes = Meshes(self._threads)

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces in `image`, uint8 RGB (height, width, 3), the surest first, with their meshes where one fits."""
        picture = Halves(image)
        small = picture.reduced(LONGEST_SIDE / max(image.shape[:2]))
        right, bottom = (max(0, SHORTEST_SIDE - side) for side in (small.shape[1], small.shape[0]))
        small = np.asarray(cv2.copyMakeBorder(small, 0, bottom, 0, right, cv2.BORDER_CONSTANT), np.uint8)
        height, width, _ = small.shape
        self._model.setInputSize((width, height))
        _, rows = self._model.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        found = np.zeros((0, 15)) if rows is None else rows.astype(np.float64)
        found = found[np.argsort(-found[:, -1], kind="stable")]
        corners = np.concatenate([found[:, :2], found[:, :2] + found[:, 2:4]], axis=1)
        height, width = height - bottom, width - right
        return self._meshes.fit(picture, corners / (width, height, width, height), found[:, -1])

    def close(self) -> None:
        """End the threads and give back the models."""
        self._threads.shutdown()
        self._meshes.close()


def load(path: Path) -> cv2.FaceDetectorYN:
    """YuNet from `path`, tried on a black picture: a model of another kind loads, but fails there."""
    if not path.is_file():
        raise ConfigError(f"[options.face_detectors.yunet] model: there is no file {path}")
    try:
        model = cv2.FaceDetectorYN.create(str(path), "", (64, 64), LEAST_SCORE, SUPPRESSION)
        model.detect(np.zeros((64, 64, 3), np.uint8))
    except cv2.error as error:
        reason = " ".join(str(error.err).split())
        raise ConfigError(
            f"[options.face_detectors.yunet] model: {path} is not a YuNet model in ONNX format ({reason})"
        ) from None
    return model
