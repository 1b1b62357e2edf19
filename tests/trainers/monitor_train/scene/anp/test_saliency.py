"""What stands out has the highest saliency, and regions weigh as much as falls on them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_train.scene.anp.saliency import SALIENCIES, Picture, cut, itti, normalised, share, weights


def discs(colour: tuple[int, int, int], other: tuple[int, int, int]) -> Picture:
    """A grid of 36 discs of which the one at (84, 60) has another colour."""
    picture = np.zeros((144, 144, 3), np.uint8)
    for y in range(12, 144, 24):
        for x in range(12, 144, 24):
            cv2.circle(picture, (x, y), 6, other if (x, y) == (84, 60) else colour, -1)
    return picture


def bars() -> Picture:
    """A grid of 36 lying bars of which the one at (84, 60) stands."""
    picture = np.zeros((144, 144, 3), np.uint8)
    for y in range(12, 144, 24):
        for x in range(12, 144, 24):
            dx, dy = (0, 7) if (x, y) == (84, 60) else (7, 0)
            cv2.line(picture, (x - dx, y - dy), (x + dx, y + dy), (200, 200, 200), 2)
    return picture


def highest(saliency: NDArray[np.float32]) -> tuple[int, int]:
    y, x = np.unravel_index(saliency.argmax(), saliency.shape)
    return int(x), int(y)


@pytest.mark.parametrize(
    "picture",
    [
        discs((60, 60, 60), (230, 230, 230)),
        discs((40, 200, 40), (220, 40, 40)),
        discs((200, 200, 40), (40, 40, 220)),
        bars(),
    ],
    ids=["brightness", "red among green", "blue among yellow", "a standing bar among lying ones"],
)
def test_the_odd_one_out_is_most_salient(picture: Picture) -> None:
    """What Itti, Koch and Niebur's model is known for: pop-out in brightness, either colour channel and orientation."""
    x, y = highest(itti(picture))
    assert abs(x - 84) <= 12
    assert abs(y - 60) <= 12


@pytest.mark.parametrize("name", SALIENCIES)
@pytest.mark.parametrize("shape", [(90, 160), (40, 40), (7, 200)])
def test_maps_have_the_size_of_the_picture(name: str, shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    saliency = SALIENCIES[name](picture)
    assert saliency.shape == shape
    assert saliency.dtype == np.float32
    assert saliency.min() >= 0
    assert np.isfinite(saliency).all()


@pytest.mark.parametrize("name", ["spectral", "itti"])
def test_a_bright_spot_is_found_where_it_is(name: str) -> None:
    picture = np.full((120, 160, 3), 90, np.uint8)
    cv2.circle(picture, (120, 30), 8, (250, 250, 250), -1)
    x, y = highest(SALIENCIES[name](picture))
    assert abs(x - 120) <= 12
    assert abs(y - 30) <= 12


def test_where_nothing_stands_out_everything_is_zero() -> None:
    assert itti(np.full((50, 70, 3), 90, np.uint8)).sum() == 0


def test_the_operator_n_against_its_definition() -> None:
    values = cv2.GaussianBlur(np.random.default_rng(0).random((20, 30)).astype(np.float32), (0, 0), 2)
    scaled = (values - values.min()) / (values.max() - values.min())
    peaks = []
    for y in range(20):
        for x in range(30):
            around = scaled[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
            if 0 < scaled[y, x] < 1 and scaled[y, x] == around.max():
                peaks.append(scaled[y, x])
    assert len(peaks) > 3
    np.testing.assert_allclose(normalised(values), scaled * (1 - np.mean(peaks)) ** 2, atol=1e-5)


def test_one_strong_peak_counts_more_than_many_alike() -> None:
    one, many = np.zeros((40, 40), np.float32), np.zeros((40, 40), np.float32)
    one[20, 20] = 1
    many[5::10, 5::10] = np.linspace(0.9, 1, 16).reshape(4, 4)
    assert normalised(one).max() == 1
    assert normalised(many).max() < 0.01


def test_the_share_of_a_region_by_hand() -> None:
    saliency = np.arange(12, dtype=np.float32).reshape(3, 4)  # the sum is 66
    assert share(saliency, (0.0, 0.0, 1.0, 1.0)) == 1
    assert share(saliency, (0.5, 0.0, 1.0, 1 / 3)) == pytest.approx((2 + 3) / 66)
    assert share(saliency, (0.0, 2 / 3, 0.25, 1.0)) == pytest.approx(8 / 66)
    assert share(np.zeros((3, 4), np.float32), (0.0, 0.0, 1.0, 1.0)) == 0


def test_a_region_has_at_least_one_pixel() -> None:
    picture = np.arange(12).reshape(3, 4)
    assert cut(picture, (0.999, 0.999, 1.0, 1.0)).tolist() == [[11]]
    assert cut(picture, (0.0, 0.0, 0.001, 0.001)).tolist() == [[0]]


def test_weights_by_hand() -> None:
    """Two regions with 10 and 30 per cent of the saliency weigh 1 : 3; without any, all weigh the same."""
    found = weights(np.array([0.1, 0.0, 0.3, 0.0, 0.7]), np.array([0, 1, 0, 1, 2]))
    np.testing.assert_allclose(found, [0.25, 0.5, 0.75, 0.5, 1.0])


def test_weights_against_a_loop() -> None:
    generator = np.random.default_rng(0)
    picture = np.concatenate([np.arange(30), generator.integers(0, 30, 70)])
    shares = generator.random(100) * (generator.random(100) < 0.5)
    found = weights(shares, picture)
    for each in range(30):
        mine = picture == each
        total = shares[mine].sum()
        expected = shares[mine] / total if total else np.full(mine.sum(), 1 / mine.sum())
        np.testing.assert_allclose(found[mine], expected)
