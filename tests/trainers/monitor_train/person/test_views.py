from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from monitor_train.person.pictured_people import PicturedPerson
from monitor_train.person.views import background, before, lit, moved, view, worse

BOX = (0.34, 0.13, 0.54, 0.36)


@pytest.fixture(scope="module")
def person() -> PicturedPerson:
    image = np.ascontiguousarray(data.astronaut()[:256, 100:356])
    matte = np.zeros(image.shape[:2], np.uint8)
    matte[:, 60:200] = 255
    return PicturedPerson(image, matte, BOX)


def test_views_are_two_crops_and_differ_from_draw_to_draw(person: PicturedPerson) -> None:
    random = np.random.default_rng(0)
    first, second = (view(person, person.image, 64, random) for _ in range(2))
    assert first.shape == second.shape == (2, 64, 64, 3)
    assert np.abs(first.astype(int) - second).mean() > 3


def test_the_same_random_numbers_give_the_same_view(person: PicturedPerson) -> None:
    one, other = (view(person, person.image, 64, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one, other)


def test_another_background_leaves_the_person(person: PicturedPerson) -> None:
    wall = background(person.image, person.image.shape[:2], np.random.default_rng(0))
    seen = before(person.image, person.matte, wall)
    assert np.array_equal(seen[person.matte == 255], person.image[person.matte == 255])
    assert np.array_equal(seen[person.matte == 0], wall[person.matte == 0])


def test_light_and_wear_keep_the_size(person: PicturedPerson) -> None:
    random = np.random.default_rng(1)
    for change in (lit, worse):
        for _ in range(8):
            assert change(person.image, random).shape == person.image.shape


def test_boxes_move_by_a_little() -> None:
    random = np.random.default_rng(2)
    moves = np.array([moved(BOX, random) for _ in range(200)])
    assert moves.mean(axis=0) == pytest.approx(BOX, abs=0.01)
    assert (moves[:, 2] > moves[:, 0]).all()
