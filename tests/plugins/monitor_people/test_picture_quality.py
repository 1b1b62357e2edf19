from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_people.picture_quality import picture_quality

BOX = (0.32, 0.12, 0.55, 0.38)


def test_face_height_is_in_pixels(portrait: NDArray[np.uint8]) -> None:
    assert picture_quality(portrait, BOX).face_height == pytest.approx(0.26 * 512)


def test_blur_takes_sharpness_away(portrait: NDArray[np.uint8]) -> None:
    sharp = [
        picture_quality(portrait if sigma == 0 else cv2.GaussianBlur(portrait, (0, 0), sigma), BOX).sharpness
        for sigma in (0, 1, 2, 4, 8)
    ]
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[0] > 4 * sharp[-1]


def test_light_changes_brightness_and_not_sharpness(portrait: NDArray[np.uint8]) -> None:
    bright = picture_quality(portrait, BOX)
    dark = picture_quality((portrait // 2).astype(np.uint8), BOX)
    assert dark.brightness == pytest.approx(bright.brightness / 2, abs=0.01)
    assert dark.sharpness == pytest.approx(bright.sharpness, rel=0.05)


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_even_picture(grey: int) -> None:
    quality = picture_quality(np.full((100, 100, 3), grey, np.uint8), (0.2, 0.2, 0.8, 0.8))
    assert quality.sharpness == 0
    assert quality.brightness == pytest.approx(grey / 255, abs=1e-3)


@pytest.mark.parametrize("box", [(0.5, 0.5, 0.5001, 0.5001), (0.999, 0.999, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0)])
def test_boxes_of_every_size(portrait: NDArray[np.uint8], box: tuple[float, float, float, float]) -> None:
    quality = picture_quality(portrait, box)
    assert np.isfinite([quality.face_height, quality.sharpness, quality.brightness]).all()


def test_a_large_face_is_as_sharp_and_bright_as_its_reduction(portrait: NDArray[np.uint8]) -> None:
    small = picture_quality(portrait, BOX)
    enlarged = cv2.resize(portrait, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    large = picture_quality(np.asarray(enlarged, np.uint8), BOX)
    assert large.face_height == pytest.approx(5 * small.face_height)
    assert large.brightness == pytest.approx(small.brightness, abs=0.01)
    assert large.sharpness == pytest.approx(small.sharpness, rel=0.15)
