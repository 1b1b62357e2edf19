from __future__ import annotations

import numpy as np
import pytest

from monitor_people.bench.actors import HEIGHT, WIDTH, Actor
from monitor_people.bench.looks import BACKDROP, VARIANTS, Look


@pytest.fixture
def picture(coloured: list[Actor]) -> np.ndarray:
    shown = coloured[0].pictures[0].copy()
    shown[:, :10] = 250  # so that left and right differ
    return shown


@pytest.fixture
def matte(coloured: list[Actor]) -> np.ndarray:
    return coloured[0].mattes[0]


def test_as_it_is(picture: np.ndarray, matte: np.ndarray) -> None:
    assert np.array_equal(Look()(picture, matte), picture)


def test_one_backdrop_behind_the_person(picture: np.ndarray, matte: np.ndarray) -> None:
    seen = Look(backdrop=True)(picture, matte)
    assert np.array_equal(seen[matte == 255], picture[matte == 255])
    assert (seen[matte == 0] == BACKDROP).all()


def test_mirrored(picture: np.ndarray, matte: np.ndarray) -> None:
    assert np.array_equal(Look(mirrored=True)(picture, matte), picture[:, ::-1])


def test_reduced_size_keeps_the_picture_size(picture: np.ndarray, matte: np.ndarray) -> None:
    seen = Look(size=0.5, backdrop=True)(picture, matte)
    assert seen.shape == (HEIGHT, WIDTH, 3)
    person = (np.abs(seen.astype(int) - picture[HEIGHT // 2, WIDTH // 2]) < 8).all(axis=-1)
    assert person.sum() == pytest.approx((matte == 255).sum() / 4, rel=0.05)


def test_light(picture: np.ndarray, matte: np.ndarray) -> None:
    seen = Look(exposure=0.5, colour=(1.0, 0.8, 1.0))(picture, matte)
    assert seen[0, 100].tolist() == [64, 51, 64]


def test_every_variant_draws_from_the_random_numbers_given(picture: np.ndarray, matte: np.ndarray) -> None:
    for draw in VARIANTS.values():
        first, second = (draw(np.random.default_rng(3)) for _ in range(2))
        assert first == second
        assert first(picture, matte).shape == picture.shape
