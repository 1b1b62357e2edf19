from __future__ import annotations

import math

import cv2
import numpy as np

from monitor_face.detection.region import Region


def test_a_square_shows_its_own_pixels():
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    there = Region(12, 9, 8).pixels(image, 8, cv2.BORDER_CONSTANT)
    np.testing.assert_array_equal(there, image[5:13, 8:16])


def test_beyond_the_picture_is_the_border_that_was_asked_for():
    image = np.full((10, 10, 3), 200, np.uint8)
    corner = Region(0, 0, 8)
    assert corner.pixels(image, 8, cv2.BORDER_CONSTANT)[0, 0].tolist() == [0, 0, 0]
    assert corner.pixels(image, 8, cv2.BORDER_REPLICATE)[0, 0].tolist() == [200, 200, 200]


def test_points_of_a_turned_square_come_back_to_where_their_pixels_were_taken():
    image = np.zeros((100, 100, 3), np.uint8)
    cv2.circle(image, (60, 35), 2, (255, 255, 255), -1)
    region = Region(50, 45, 60, math.radians(30))
    there = region.pixels(image, 120, cv2.BORDER_CONSTANT)[..., 0].astype(float)
    y, x = np.indices(there.shape)
    middle = np.array([[(x * there).sum() / there.sum(), (y * there).sum() / there.sum(), 30.0]])
    np.testing.assert_allclose(region.to_picture(middle / 120), [(60, 35, 30 / 120 * 60)], atol=0.2)
