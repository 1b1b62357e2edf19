"""Draws what was seen onto a picture, and cuts out small pictures of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box, Observation, Sample

PICTURE_WIDTH = 960
"""Live pictures are made at most this wide, in pixels."""
THUMBNAIL_SIZE = 96
"""Side of a person's small picture, in pixels."""
BOX_COLOUR = (86, 180, 233)
TEXT_COLOUR = (255, 255, 255)


def annotated_jpeg(sample: Sample, observations: Sequence[Observation]) -> bytes:
    """The sample's picture as JPEG, with a box, the person's number and the top emotion on every face, and what was
    seen of the whole frame in the corner."""
    import cv2

    height, width, _ = sample.frame.image.shape
    scale = min(1.0, PICTURE_WIDTH / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = np.asarray(cv2.resize(sample.frame.image, size, interpolation=cv2.INTER_AREA), np.uint8)
    words: dict[int | None, list[str]] = {}
    for seen in observations:
        words.setdefault(seen.subject, []).append(f"{seen.top} {seen.scores[seen.top]:.0%}")
    for face in sample.faces:
        left, top, right, bottom = _pixels(face.box, *size)
        cv2.rectangle(picture, (left, top), (right, bottom), BOX_COLOUR, 2)
        _write(picture, f"{face.track}  {', '.join(words.get(face.track, []))}".strip(), left, top - 6)
    if None in words:
        _write(picture, ", ".join(words[None]), 8, size[1] - 10)
    return _jpeg(picture)


def thumbnail(image: NDArray[np.uint8], box: Box) -> bytes:
    """JPEG of the face in `box` with a margin, THUMBNAIL_SIZE pixels square."""
    import cv2

    height, width, _ = image.shape
    left, top, right, bottom = _pixels(box, width, height)
    half = max(1, round(0.65 * max(right - left, bottom - top)))
    middle_x, middle_y = (left + right) // 2, (top + bottom) // 2
    crop = image[max(0, middle_y - half) : middle_y + half, max(0, middle_x - half) : middle_x + half]
    crop_height, crop_width, _ = crop.shape
    missing = max(crop_height, crop_width)
    edge_y, edge_x = missing - crop_height, missing - crop_width
    square = cv2.copyMakeBorder(
        crop, edge_y // 2, edge_y - edge_y // 2, edge_x // 2, edge_x - edge_x // 2, cv2.BORDER_REPLICATE
    )
    size = (THUMBNAIL_SIZE, THUMBNAIL_SIZE)
    return _jpeg(np.asarray(cv2.resize(square, size, interpolation=cv2.INTER_AREA), np.uint8))


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return (round(left * width), round(top * height), round(right * width), round(bottom * height))


def _write(picture: NDArray[np.uint8], text: str, x: int, y: int) -> None:
    """White letters on a dark bar, kept inside the picture."""
    import cv2

    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1)
    x = min(max(2, x), max(2, picture.shape[1] - width - 4))
    y = max(height + 4, y)
    cv2.rectangle(picture, (x - 2, y - height - 4), (x + width + 2, y + 5), (0, 0, 0), cv2.FILLED)
    cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.55, TEXT_COLOUR, 1, cv2.LINE_AA)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    import cv2

    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return encoded.tobytes()
