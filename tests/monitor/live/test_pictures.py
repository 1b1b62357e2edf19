"""The newest picture of every source, as it is kept for viewers."""

from __future__ import annotations

import numpy as np

from monitor.live.annotate import PICTURE_WIDTH, annotated_jpeg
from monitor.live.pictures import MANY, LivePictures
from monitor.sample import Frame, Sample


def sample(height: int, width: int) -> Sample:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return Sample(Frame(image, 1.5, 1, 3, source_name="clip.mp4"))


def test_of_many_sources_a_large_picture_is_kept_in_the_size_that_is_shown_and_shows_the_same() -> None:
    pictures, large = LivePictures(), sample(1080, 2 * PICTURE_WIDTH)
    for source in range(1, MANY + 1):
        pictures.publish(source, large, [])
    few = pictures.newest(MANY - 1)
    assert few is large
    kept, jpeg = pictures.jpeg(MANY)
    assert kept.frame.image.shape == (540, PICTURE_WIDTH, 3)
    assert kept.frame.image.base is None  # nothing holds the picture in full size
    assert (kept.frame.seconds, kept.frame.index, kept.frame.source_name) == (1.5, 3, "clip.mp4")
    assert jpeg == annotated_jpeg(large, [])


def test_a_small_picture_is_kept_as_it_is() -> None:
    pictures, little = LivePictures(), sample(48, 64)
    for source in range(1, MANY + 1):
        pictures.publish(source, little, [])
    kept = pictures.newest(MANY)
    assert kept is not None
    assert kept.frame.image is little.frame.image
