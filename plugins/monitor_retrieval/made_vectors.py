"""Vectors to measure an index with, spread as those of recordings are.

Independent noise would be unfair: no index can serve it, since everything is as far as everything else. Here frames
come in shots whose scenes return, shots wander slowly, scenes gather around a few moods, and most of the variance lies
in a part of the dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

DIMENSIONS = 128
MOODS = 24
"""Centres of all recordings."""
SCENES = 40
"""Centres of one recording, around the moods."""
SHOT_FRAMES = 20
"""Mean length of a shot, 10 s at two frames a second."""
MEMORY = 0.95
"""Of the walk within a shot, from frame to frame."""
SCENE_SPREAD, SHOT_SPREAD, NOISE = 0.8, 0.3, 0.08
"""Standard deviations of scenes around moods, of the walk around its scene, and of each frame; moods have 1."""


def made_vectors(frames: int, session_frames: int, seed: int = 0) -> Iterator[NDArray[np.float32]]:
    """Unit vectors float32 (up to `session_frames`, DIMENSIONS) of one recording after the other, `frames` in all."""
    random = np.random.default_rng(seed)
    spectrum = 1 / np.sqrt(1 + np.arange(DIMENSIONS) / 8)
    moods = spectrum * random.normal(size=(MOODS, DIMENSIONS))
    for first in range(0, frames, session_frames):
        count = min(session_frames, frames - first)
        scenes = moods[random.integers(MOODS, size=SCENES)]
        scenes = scenes + SCENE_SPREAD * spectrum * random.normal(size=scenes.shape)
        shot = np.cumsum(random.random(count) < 1 / SHOT_FRAMES)
        scene = random.integers(SCENES, size=shot[-1] + 1)[shot]
        steps = np.sqrt(1 - MEMORY**2) * random.normal(size=(count, DIMENSIONS))
        walk = lfilter([1.0], [1.0, -MEMORY], steps, axis=0)
        noise = random.normal(size=(count, DIMENSIONS))
        yield unit(scenes[scene] + spectrum * (SHOT_SPREAD * walk + NOISE * noise))


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    """Every row at length one."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
