"""Moments at random, and the slow and obvious answers to what is asked about them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor_retrieval.moment import Moment
from tests.plugins.monitor_retrieval.made_moments import LABELS


def unit(count: int, numbers: int = 8, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, numbers))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def moments(count: int, session: int = 1, source: str = "clip.mp4", seed: int = 0) -> list[Moment]:
    """Frames every half second; one in ten has no novelty."""
    random = np.random.default_rng(seed)
    return [
        Moment(
            vector,
            session,
            source,
            number / 2,
            dict(zip(LABELS, random.dirichlet(np.ones(8)).tolist(), strict=True)),
            novelty=None if number % 10 == 0 else float(random.uniform(0, 2)),
            thumbnail=b"%d" % number,
        )
        for number, vector in enumerate(unit(count, seed=seed))
    ]


def key(moment: Moment) -> tuple[int, str, float]:
    return moment.session, moment.source, moment.seconds


def keys(found: list[Moment]) -> list[tuple[int, str, float]]:
    return [key(moment) for moment in found]


def nearest(vector: NDArray[np.float32], among: list[Moment], count: int) -> list[tuple[int, str, float]]:
    return keys(sorted(among, key=lambda moment: 1 - float(vector @ moment.vector))[:count])
