"""People made of plain colours: what is done to them can be computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from monitor_people.bench.actors import HEIGHT, WIDTH, Actor

COLOURS = ((200, 40, 40), (40, 200, 40), (40, 40, 200))


def coloured_actor(number: int, pictures: int = 12) -> Actor:
    """A block of one colour in the middle, before grey."""
    shown = np.full((pictures, HEIGHT, WIDTH, 3), 128, np.uint8)
    mattes = np.zeros((pictures, HEIGHT, WIDTH), np.uint8)
    inside = np.s_[:, HEIGHT // 4 :, WIDTH // 4 : 3 * WIDTH // 4]
    shown[inside] = COLOURS[number]
    mattes[inside] = 255
    return Actor(f"colour {number}", shown, mattes)


@pytest.fixture
def coloured() -> list[Actor]:
    return [coloured_actor(number) for number in range(3)]
