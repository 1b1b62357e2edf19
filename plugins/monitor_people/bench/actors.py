"""People cut out of clips: what the benchmark's recordings are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.engine.tracker import Tracker
from monitor.errors import SourceError
from monitor.plugin import FaceDetector
from monitor.sample import Face, Frame
from monitor.sources import open_source

WIDTH, HEIGHT = 480, 360
"""Of a cut-out, in pixels; narrow, so that somebody who stands beside is not in it."""
FACE_HEIGHT = 0.4
"""Of a cut-out's height."""
FACE_MIDDLE = 0.42
"""Height of the face's middle in a cut-out, from the top."""
PICTURES_PER_SECOND = 8
MOST_SECONDS = 12.0
"""Of a clip that are used."""
LEAST_SEEN = 0.8
"""A face that is followed through less than this part of a clip is nobody's cut-out."""


@dataclass(frozen=True)
class Actor:
    """One person of one clip, framed like everybody else."""

    name: str
    pictures: NDArray[np.uint8]
    """(N, HEIGHT, WIDTH, 3) RGB, PICTURES_PER_SECOND."""
    mattes: NDArray[np.uint8]
    """(N, HEIGHT, WIDTH): 255 where the person is, 0 where the background is."""

    def at(self, seconds: float) -> int:
        """Number of the picture at `seconds`; behind its end a clip runs backwards, then forwards again."""
        count = len(self.pictures)
        number = round(seconds * PICTURES_PER_SECOND) % max(2 * count - 2, 1)
        return min(number, 2 * count - 2 - number) if count > 1 else 0


def actors(clip: Path, detector: FaceDetector) -> Iterator[Actor]:
    """The people whose faces are seen almost throughout `clip`, from left to right; several are numbered.

    Raises SourceError where the clip cannot be read or shows no face long enough.
    """
    with closing(open_source(str(clip), every_seconds=1 / PICTURES_PER_SECOND, until_seconds=MOST_SECONDS)) as source:
        frames = [frame for frame in source.samples() if isinstance(frame, Frame)]
    tracker = Tracker()
    followed: dict[int, list[Face]] = defaultdict(list)
    for frame in frames[:: PICTURES_PER_SECOND // 2]:
        for face in tracker.update(detector.detect(frame.image), frame.seconds):
            followed[face.track].append(face)
    looked_at = len(frames[:: PICTURES_PER_SECOND // 2])
    boxes = [
        np.median([face.box for face in faces], axis=0)
        for faces in followed.values()
        if len(faces) >= LEAST_SEEN * looked_at
    ]
    if not boxes:
        raise SourceError(f"{clip}: no face is seen through most of it; give clips of people who stay in the picture")
    boxes.sort(key=lambda box: float(box[0]))
    for number, box in enumerate(boxes, 1):
        pictures = np.stack([cut_out(frame.image, box) for frame in frames])
        inside = cut_out(np.full_like(frames[0].image, 255), box, cv2.BORDER_CONSTANT)[..., 0]
        name = clip.stem if len(boxes) == 1 else f"{clip.stem} {number}"
        yield Actor(name, pictures, np.minimum(mattes(pictures), inside))


def cut_out(
    image: NDArray[np.uint8], box: NDArray[np.float64], border: int = cv2.BORDER_REPLICATE
) -> NDArray[np.uint8]:
    """`image` (height, width, 3) framed around the face in `box` (4,), fractions of it: (HEIGHT, WIDTH, 3).

    `border`: OpenCV's way to fill what lies beyond the image.
    """
    height, width, _ = image.shape
    scale = FACE_HEIGHT * HEIGHT / max((box[3] - box[1]) * height, 1.0)
    x, y = (box[0] + box[2]) / 2 * width, (box[1] + box[3]) / 2 * height
    move = np.array([[scale, 0, WIDTH / 2 - scale * x], [0, scale, FACE_MIDDLE * HEIGHT - scale * y]])
    if scale < 1:  # a plain warp would skip pixels
        reduced = max(1, round(width * scale)), max(1, round(height * scale))
        image = np.asarray(cv2.resize(image, reduced, interpolation=cv2.INTER_AREA), np.uint8)
        move[:, :2] = np.diag([scale * width / reduced[0], scale * height / reduced[1]])
    framed = cv2.warpAffine(image, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(framed, np.uint8)


def mattes(pictures: Sequence[NDArray[np.uint8]] | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where the person is in each picture, by mediapipe's segmentation: (N, HEIGHT, WIDTH), 255 inside."""
    from mediapipe.python.solutions import selfie_segmentation

    with selfie_segmentation.SelfieSegmentation(model_selection=0) as segmentation:
        found = [segmentation.process(np.ascontiguousarray(picture)).segmentation_mask for picture in pictures]
    return np.stack([np.rint(255 * mask).astype(np.uint8) for mask in found])
