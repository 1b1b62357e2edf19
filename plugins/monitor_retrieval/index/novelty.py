"""How new a frame is: its distance to the nearest frame of the source's own past."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

LEFT_OUT_SECONDS = 2.0
"""The newest stretch of the past that does not count: neighbouring frames are always alike."""
RESERVOIR = 2048
"""Most vectors of the past that are kept."""


class Novelty:
    """Of one source; called with its frames in stream order.

    The past is a uniform random sample of at most RESERVOIR vectors (Vitter, "Random sampling with a reservoir", 1985,
    algorithm R) with a fixed seed, so that memory is flat in the length of the stream and the same stream gives the
    same answers.
    """

    def __init__(self) -> None:
        self._random = np.random.default_rng(0)
        self._recent: deque[tuple[float, NDArray[np.float32]]] = deque()
        self._past = np.empty((0, 0), np.float32)
        self._seen = 0

    def __call__(self, vector: NDArray[np.float32], seconds: float) -> float | None:
        """Cosine distance in [0, 2] of the unit `vector`, float32 (D,), at stream time `seconds` to the nearest one of
        the past; None while there is none."""
        while self._recent and self._recent[0][0] <= seconds - LEFT_OUT_SECONDS + 1e-6:  # slack for sums of 0.1 s
            self._remember(self._recent.popleft()[1])
        self._recent.append((seconds, vector))
        past = self._past[: self._seen]
        return None if not len(past) else float(np.clip(1 - (past @ vector).max(), 0, 2))

    def _remember(self, vector: NDArray[np.float32]) -> None:
        if not self._seen:
            self._past = np.empty((RESERVOIR, len(vector)), np.float32)
        place = self._seen if self._seen < RESERVOIR else int(self._random.integers(self._seen + 1))
        if place < RESERVOIR:
            self._past[place] = vector
        self._seen += 1
