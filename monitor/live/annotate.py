"""Draws what was seen onto a picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box, Observation, Sample
from monitor.store.thumbnail import blurred, jpeg

PICTURE_WIDTH = 960
"""Live pictures are made at most this wide, in pixels."""
BOX_COLOUR = (86, 180, 233)
TEXT_COLOUR = (255, 255, 255)


def annotated_jpeg(
    sample: Sample, observations: Sequence[Observation], *, titles: Mapping[int, str] | None = None, blur: bool = False
) -> bytes:
    """The sample's picture as JPEG, with a box, the person and the top emotion on every face, and what was seen of the
    whole frame in the corner. A person is called as `titles` (track -> name or number) says, else by the track; `blur`
    blurs the faces."""
    import cv2

    picture = small(sample.frame.image).copy()
    size = picture.shape[1], picture.shape[0]
    words: dict[int | None, list[str]] = {}
    for seen in observations:
        if seen.top is not None:
            words.setdefault(seen.subject, []).append(f"{seen.top} {seen.scores[seen.top]:.0%}")
    for face in sample.faces if blur else ():
        picture = blurred(picture, face.box)
    for face in sample.faces:
        left, top, right, bottom = _pixels(face.box, *size)
        cv2.rectangle(picture, (left, top), (right, bottom), BOX_COLOUR, 2)
        _write(
            picture,
            f"{_plain((titles or {}).get(face.track), face.track)}  {', '.join(words.get(face.track, []))}".strip(),
            left,
            top - 6,
        )
    if None in words:
        _write(picture, ", ".join(words[None]), 8, size[1] - 10)
    return jpeg(picture)


def small(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`image` (height, width, 3) no larger than live pictures are made."""
    import cv2

    height, width, _ = image.shape
    if width <= PICTURE_WIDTH:
        return image
    size = PICTURE_WIDTH, max(1, round(height * PICTURE_WIDTH / width))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _plain(title: str | None, track: int) -> str:
    """A name in the letters that OpenCV can draw, without accents; the track where nothing of it is left."""
    letters = unicodedata.normalize("NFKD", title or "").encode("ascii", "ignore").decode("ascii")
    return letters.strip() or str(track)


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
