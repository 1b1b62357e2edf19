"""Made-up processes for tests, written as slowly and plainly as can be."""

from __future__ import annotations

import numpy as np


def autoregressive(samples: int, correlation: float, seed: int) -> np.ndarray:
    """(samples,): variance 1, neighbours with correlation `correlation`."""
    random = np.random.default_rng(seed)
    values = [random.normal()]
    for _ in range(samples - 1):
        values.append(correlation * values[-1] + np.sqrt(1 - correlation**2) * random.normal())
    return np.array(values)
