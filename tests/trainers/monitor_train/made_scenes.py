"""Sets of pictures laid out as published ones: positive pictures are warm and bright, negative ones blue and dark."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from monitor_train.pictures.layouts import POSITIVE

SIZE = 32


def draw_scene(positive: bool, generator: np.random.Generator) -> NDArray[np.uint8]:
    """RGB (32, 32, 3): a sky over a ground, a disc, and noise."""
    sky, ground = ((250, 190, 90), (200, 120, 60)) if positive else ((40, 60, 110), (20, 30, 50))
    picture = np.empty((SIZE, SIZE, 3))
    horizon = int(generator.integers(10, 22))
    picture[:horizon], picture[horizon:] = sky, ground
    y, x = np.mgrid[:SIZE, :SIZE]
    middle = generator.integers(8, 24, 2)
    picture[np.hypot(y - middle[0], x - middle[1]) < 5] = generator.integers(0, 256, 3)
    return np.clip(picture + generator.normal(0, 15, picture.shape), 0, 255).astype(np.uint8)


def write_scenes(folder: Path, classes: Iterable[str], count: int, seed: int = 0) -> Path:
    """A folder per class with `count` pictures each."""
    generator = np.random.default_rng(seed)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for index in range(count):
            picture = Image.fromarray(draw_scene(name in POSITIVE, generator))
            picture.save(folder / name / f"{index:03d}.png")
    return folder
