from __future__ import annotations

import numpy as np
import pytest

from monitor_people.appearance.crops import BEYOND, DARKEST, FACE, HEAD, LIT, crops, square


def test_the_face_and_more_of_the_head() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    image[80:120, 130:170] = 255  # the face itself
    face, head = crops(image, (130 / 300, 0.4, 170 / 300, 0.6), 96)
    assert face.shape == head.shape == (96, 96, 3)
    assert (face.mean(axis=-1) > 60).mean() == pytest.approx(1 / FACE[0] ** 2, abs=0.03)
    assert (head.mean(axis=-1) > 60).mean() == pytest.approx(1 / HEAD[0] ** 2, abs=0.03)


def test_beyond_the_picture_is_grey() -> None:
    neutral = np.broadcast_to(np.array(LIT, np.uint8), (100, 100, 3))
    for light in (1.0, 0.7, 0.3):
        image = np.rint(neutral * light).astype(np.uint8)
        _, head = crops(image, (0.0, 0.0, 0.3, 0.3), 64)
        np.testing.assert_allclose(head[0, 0], BEYOND, atol=2)
        np.testing.assert_allclose(head[-1, -1], LIT, atol=6)


@pytest.mark.parametrize("light", [(0.5, 0.5, 0.5), (0.9, 0.7, 0.6), (0.3, 0.4, 0.5)])
def test_light_makes_no_difference(light: tuple[float, float, float]) -> None:
    random = np.random.default_rng(3)
    image = random.integers(60, 250, (200, 200, 3)).astype(np.uint8)
    box = (0.3, 0.3, 0.7, 0.7)
    before, now = crops(image, box, 48), crops(np.rint(image * np.array(light)).astype(np.uint8), box, 48)
    assert np.abs(now.astype(int) - before).mean() < 2
    np.testing.assert_allclose(now[0, 8:-8, 8:-8].mean(axis=(0, 1)), LIT, atol=6)


def test_the_dark_stays_dark() -> None:
    face, _ = crops(np.full((100, 100, 3), 2, np.uint8), (0.3, 0.3, 0.7, 0.7), 32)
    np.testing.assert_allclose(face[16, 16], np.array(LIT) * 2 / DARKEST, atol=1)


@pytest.mark.parametrize("side", [3.0, 64.0, 700.0])
def test_a_square_shows_the_same_at_every_size(side: float) -> None:
    """A shade from left to right."""
    image = np.repeat(np.linspace(0, 255, 1000)[None, :, None], 900, axis=0).repeat(3, axis=2).astype(np.uint8)
    seen = square(image, 500, 450, side, 32)
    expected = 255 * (500 + side * (np.arange(32) + 0.5) / 32 - side / 2) / 1000
    assert seen[16, :, 0] == pytest.approx(expected, abs=4)
