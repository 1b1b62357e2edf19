"""Vectors to measure an index with, spread as those of recordings are.

Independent noise would be unfair: no index can serve it, since everything is as far as everything else. Here frames
come in shots whose scenes return, and wander about their scene. Scenes are those of given pictures, or made up with
the two parts of the model's vectors: a few numbers for the emotions, as large as these are sure, and the rest for
looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import softmax

EMOTIONS, LOOKS = 8, 408
"""Numbers of each part, as the model that comes with the plugin has them."""
CERTAINTY = 3.0
"""Standard deviation of the logits that the emotions are made from: some scenes are clear, most are not."""
SCENES = 40
"""Of one recording."""
SHOT_FRAMES = 20
"""Mean length of a shot, 10 s at two frames a second."""
MEMORY = 0.95
"""Of the walk within a shot, from frame to frame."""
WANDER, NOISE = 0.35, 0.25
"""Length of the walk about its scene and of what each frame adds, where a scene's vector has 1. By them the cosine of
frames half a second apart is 0.94; the shipped model's vectors have 0.80 to 0.99 in clips of people talking, acting and
walking."""


def synthetic_scenes(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Vectors of so many scenes that have nothing to do with each other, but for their emotions, (count, length)."""
    random = np.random.default_rng(seed)
    emotions = softmax(CERTAINTY * random.normal(size=(count, EMOTIONS)), axis=1)
    looks = unit(random.normal(size=(count, LOOKS)))
    rest = np.sqrt(1 - (emotions**2).sum(1, keepdims=True))
    return unit(np.concatenate([emotions, rest * looks], 1))


def synthetic_recordings(
    scenes: NDArray[np.float32], frames: int, session_frames: int, seed: int = 0
) -> Iterator[NDArray[np.float32]]:
    """Unit vectors float32 (up to `session_frames`, length) of one recording after the other, `frames` in all, each
    recording with some of `scenes`, (S, length)."""
    random = np.random.default_rng(seed)
    length = scenes.shape[1]
    for first in range(0, frames, session_frames):
        count = min(session_frames, frames - first)
        own = scenes[random.integers(len(scenes), size=SCENES)]
        shot = np.cumsum(random.random(count) < 1 / SHOT_FRAMES)
        scene = random.integers(SCENES, size=shot[-1] + 1)[shot]
        steps = np.sqrt(1 - MEMORY**2) * random.normal(size=(count, length))
        walk = lfilter([1.0], [1.0, -MEMORY], steps, axis=0)
        noise = random.normal(size=(count, length))
        yield unit(own[scene] + (WANDER * walk + NOISE * noise) / np.sqrt(length))


def unit(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Every row at length one."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
