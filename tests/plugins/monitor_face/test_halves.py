from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from monitor_face.halves import Halves


def stripes() -> np.ndarray:
    image = np.zeros((4, 8, 3), np.uint8)
    image[:, ::2] = 200
    return image


def test_reducing_averages_and_never_enlarges():
    assert Halves(stripes()).reduced(0.5).tolist() == np.full((2, 4, 3), 100).tolist()
    assert Halves(stripes()).reduced(3.0).shape == (4, 8, 3)


@pytest.mark.parametrize("size", [(1920, 1080), (1919, 1079), (7, 5), (640, 3)])
@pytest.mark.parametrize("scale", [0.9, 0.4, 0.13, 0.001])
def test_what_is_reduced_has_the_size_that_was_asked_for(size, scale):
    width, height = size
    reduced = Halves(np.zeros((height, width, 3), np.uint8)).reduced(scale)
    assert reduced.shape == (max(1, round(height * scale)), max(1, round(width * scale)), 3)


def test_halves_are_means_made_once_for_all_threads(portrait):
    picture = Halves(portrait)
    with ThreadPoolExecutor(4) as threads:
        quarters = list(threads.map(picture.halved, [2] * 8))
    assert all(quarter is quarters[0] for quarter in quarters)
    means = portrait.reshape(128, 4, 128, 4, 3).mean(axis=(1, 3))
    assert np.abs(quarters[0] - means).max() <= 1  # rounded twice
    assert picture.halved(0) is portrait


@pytest.mark.parametrize(("of", "side"), [(100.0, 512), (383.0, 512), (384.0, 256), (767.9, 256), (768.0, 128)])
def test_it_is_halved_as_often_as_enough_pixels_are_left(portrait, of, side):
    assert Halves(portrait).keeping(192, of).shape == (side, side, 3)


def test_a_side_of_one_pixel_stays():
    assert Halves(np.zeros((1, 5, 3), np.uint8)).halved(4).shape == (1, 1, 3)
