"""Colours against the standards' own formulas in floating point."""

from __future__ import annotations

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.sources.rgb import RgbConverter

BT601 = (0.299, 0.114)
BT709 = (0.2126, 0.0722)
UNSPECIFIED, MATRIX_709, MATRIX_601 = 2, 1, 6
LIMITED, FULL = 1, 2


def to_rgb(y: int, u: int, v: int, weights: tuple[float, float], is_full: bool) -> NDArray[np.float64]:
    """One colour by the formulas of ITU-R BT.601 and BT.709, sections on quantisation."""
    red, blue = weights
    luma, cb, cr = (y / 255, (u - 128) / 255, (v - 128) / 255)
    if not is_full:
        luma, cb, cr = ((y - 16) / 219, (u - 128) / 224, (v - 128) / 224)
    r = luma + 2 * (1 - red) * cr
    b = luma + 2 * (1 - blue) * cb
    g = (luma - red * r - blue * b) / (1 - red - blue)
    return np.clip(np.array([r, g, b]) * 255, 0, 255)


@pytest.mark.parametrize(
    ("height", "matrix", "weights"),
    [(480, UNSPECIFIED, BT601), (720, UNSPECIFIED, BT709), (480, MATRIX_709, BT709), (1080, MATRIX_601, BT601)],
)
@pytest.mark.parametrize("colour_range", [LIMITED, FULL])
@pytest.mark.parametrize("colour", [(81, 90, 240), (145, 54, 34), (41, 240, 110), (180, 128, 128), (170, 110, 150)])
def test_colours(
    height: int, matrix: int, weights: tuple[float, float], colour_range: int, colour: tuple[int, int, int]
) -> None:
    planes = np.full((height * 3 // 2, 64), colour[0], np.uint8)
    planes[height : height * 5 // 4] = colour[1]
    planes[height * 5 // 4 :] = colour[2]
    picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    picture.colorspace, picture.color_range = matrix, colour_range
    image = RgbConverter()(picture)
    expected = to_rgb(*colour, weights, is_full=colour_range == FULL)
    np.testing.assert_allclose(image.reshape(-1, 3), np.broadcast_to(expected, (height * 64, 3)), atol=2.5)


@pytest.mark.parametrize("width", [63, 64, 270])
def test_pictures_of_any_width_are_contiguous(width: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (34, width, 3), dtype=np.uint8)
    image = RgbConverter()(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
    assert image.flags.c_contiguous
    np.testing.assert_array_equal(image, pixels)


def test_the_size_may_change_within_a_stream() -> None:
    convert = RgbConverter()
    for height, width in ((48, 64), (96, 128), (48, 64)):
        picture = av.VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 128, np.uint8), format="yuv420p")
        assert convert(picture).shape == (height, width, 3)
