"""The paper's rule around the eyes."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.testing.samples import PORTRAIT_MESH
from monitor_train.staged.crop import EyeCrop, eye_box, square


def test_sides_are_counted_in_distances_of_the_eyes() -> None:
    """Eyes from 30 to 50 and from 70 to 90 at a height of 40: their distance e is 40."""
    mesh = np.zeros((478, 3), np.float32)
    for point, x in ((33, 30), (133, 50), (362, 70), (263, 90)):
        mesh[point, :2] = x / 200, 40 / 100
    right = round(90 + 0.62 * 40)
    assert eye_box(mesh, 200, 100) == (round(30 - 0.62 * 40), round(40 - 0.9 * 40), right, round(40 + 1.35 * 40))
    moved = (mesh - (0.1, 0.2, 0)).astype(np.float32)  # so that the picture's border cuts it
    assert eye_box(moved, 200, 100) == (0, 0, right - 20, round(20 + 1.35 * 40))


def test_the_face_of_a_picture_is_cut_out() -> None:
    from skimage.data import astronaut

    picture = astronaut()
    crop = EyeCrop()
    try:
        face = crop(picture)
        plain = np.full((60, 80, 3), 128, np.uint8)
        assert crop(plain) is plain
        assert crop.missed == 1
    finally:
        crop.close()
    left, top, right, bottom = eye_box(np.load(PORTRAIT_MESH, allow_pickle=False), 512, 512)
    assert face.shape[0] == pytest.approx(bottom - top, abs=6)
    assert face.shape[1] == pytest.approx(right - left, abs=6)
    assert square(face, 24).shape == (24, 24, 3)
