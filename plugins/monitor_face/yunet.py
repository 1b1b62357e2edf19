"""Finds faces with OpenCV's YuNet, from a model file of the user's: slower than mediapipe, better in crowds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.sample import Face
from monitor_face.meshes import Meshes
from monitor_face.options import YuNetOptions
from monitor_face.views import shrunk

LEAST_SCORE = 0.6
LONGEST_SIDE = 1920
"""Larger pictures are reduced to this many pixels."""
SUPPRESSION = 0.3
"""Intersection over union at which YuNet itself suppresses the less sure of two boxes."""


class YuNetDetector:
    """A `monitor.analyzer.FaceDetector`. Wu, Peng and Yu, "YuNet: a tiny millisecond-level face detector", 2023."""

    def __init__(self, options: YuNetOptions) -> None:
        """Raises ConfigError where the model file is missing or not one of YuNet's."""
        self._model = load(options.model)
        self._meshes = Meshes()

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces in `image`, uint8 RGB (height, width, 3), the surest first, with their meshes where one fits."""
        picture = shrunk(image, LONGEST_SIDE / max(image.shape[:2]))
        height, width, _ = picture.shape
        self._model.setInputSize((width, height))
        _, rows = self._model.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        found = np.zeros((0, 15)) if rows is None else rows.astype(np.float64)
        found = found[np.argsort(-found[:, -1], kind="stable")]
        corners = np.concatenate([found[:, :2], found[:, :2] + found[:, 2:4]], axis=1)
        return self._meshes.fit(image, corners / (width, height, width, height), found[:, -1])

    def close(self) -> None:
        """Give back mediapipe's graphs."""
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
