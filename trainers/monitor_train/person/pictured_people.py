"""People in pictures: who is large enough in a set of pictures to learn from, and where their background is.

Nobody says who these people are, and nobody has to: each counts as a person of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box
from monitor_train.pictures.layouts import read_picture
from monitor_train.pictures.splits import DataError
from monitor_train.pictures.terminal import progress

LEAST_SCORE = 0.6
LEAST_HEIGHT = 26
"""Of a face, in pixels."""


@dataclass(frozen=True)
class PicturedPerson:
    """One person of one picture."""

    image: NDArray[np.uint8]
    """(height, width, 3) RGB."""
    matte: NDArray[np.uint8]
    """(height, width): 255 where people are, 0 where the background is."""
    box: Box
    """Of the face, in fractions of the picture."""


def pictured_people(files: Sequence[Path]) -> list[PicturedPerson]:
    """The largest face of each picture that shows one large enough. Raises DataError where none does."""
    from mediapipe.python.solutions import face_detection, selfie_segmentation

    found = []
    with (
        face_detection.FaceDetection(model_selection=0, min_detection_confidence=LEAST_SCORE) as detector,
        selfie_segmentation.SelfieSegmentation(model_selection=0) as segmentation,
    ):
        for file in progress(files, "looking for people", len(files)):
            image = read_picture(file)
            boxes = [_box(each) for each in detector.process(image).detections or ()]
            large = [box for box in boxes if _height(box, image) >= LEAST_HEIGHT]
            if large:
                box = max(large, key=lambda box: _height(box, image))
                mask = segmentation.process(image).segmentation_mask
                found.append(PicturedPerson(image, np.rint(255 * mask).astype(np.uint8), box))
    if len(found) < 2:
        raise DataError(f"{len(found)} of {len(files)} pictures show a face of {LEAST_HEIGHT} pixels; give more")
    return found


def _box(detection: object) -> Box:
    place = detection.location_data.relative_bounding_box  # type: ignore[attr-defined]
    return (place.xmin, place.ymin, place.xmin + place.width, place.ymin + place.height)


def _height(box: Box, image: NDArray[np.uint8]) -> float:
    return (box[3] - box[1]) * image.shape[0]
