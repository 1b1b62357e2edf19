"""Finds faces with mediapipe's detectors, on the whole picture and on overlapping tiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Face
from monitor_face.full_range import FullRange
from monitor_face.meshes import Meshes
from monitor_face.parallel import Copies
from monitor_face.quiet import native_noise_removed
from monitor_face.suppression import suppress
from monitor_face.views import View, views

SHORT_RANGE = 0
"""mediapipe's number of its model for faces within two metres, which fill a good part of the picture; it gives back
faces of which it is sure by half."""


class Models:
    """Both of mediapipe's face detectors."""

    def __init__(self) -> None:
        from mediapipe.python.solutions import face_detection

        self._short_range = face_detection.FaceDetection(model_selection=SHORT_RANGE)
        self._full_range = FullRange()

    def near(self, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Boxes (n, 4) in fractions of the whole picture, and scores (n,), by the short-range model."""
        detections = self._short_range.process(view.image).detections or ()
        places = [detection.location_data.relative_bounding_box for detection in detections]
        boxes = np.array(
            [(place.xmin, place.ymin, place.xmin + place.width, place.ymin + place.height) for place in places]
        ).reshape(-1, 4)
        return view.to_picture(boxes), np.array([detection.score[0] for detection in detections], np.float64)

    def far(self, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The same by the full-range model, of the faces that lie whole in `view`."""
        boxes, scores = self._full_range(view.image)
        whole = view.holds(boxes)
        return view.to_picture(boxes)[whole], scores[whole]

    def close(self) -> None:
        """Give back both."""
        self._short_range.close()
        self._full_range.close()


class MediaPipeDetector:
    """A `monitor.analyzer.FaceDetector` that needs no file: its models come inside mediapipe's wheel.

    Every picture stands alone, and the same picture always gives the same faces.
    """

    def __init__(self) -> None:
        with native_noise_removed():
            self._models = Copies(Models)
            (nothing,) = views(np.zeros((64, 64, 3), np.uint8))
            self._models.warm_up(lambda models: [models.near(nothing), models.far(nothing)])
        self._meshes = Meshes()

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces in `image`, uint8 RGB (height, width, 3), the surest first, with their meshes where one fits.

        The full-range model looks at the whole and at each tile, the short-range one at the whole: it is surer of
        large faces, and sees them where a hand covers a part.
        """
        whole, *tiles = views(image)
        tasks = [(Models.far, whole), *((Models.far, tile) for tile in tiles), (Models.near, whole)]
        found = self._models.map(lambda models, task: task[0](models, task[1]), tasks)
        boxes = np.concatenate([boxes for boxes, _ in found])
        scores = np.concatenate([scores for _, scores in found])
        kept = suppress(boxes, scores)
        return self._meshes.fit(image, boxes[kept], scores[kept])

    def close(self) -> None:
        """Give back mediapipe's graphs."""
        self._models.close()
        self._meshes.close()
