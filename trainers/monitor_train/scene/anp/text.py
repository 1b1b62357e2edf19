"""From the pairs of a region to the text that the transformer reads (Saito and Sudo, section 3.2 and figure 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor_train.scene.anp.vocabulary import split_anp

BEST = 4
"""Pairs that are kept of each region."""


def best_anps(probabilities: NDArray[np.floating[Any]], anps: Sequence[str]) -> list[tuple[str, float]]:
    """The four most probable pairs of a region with their probabilities (K,), the best first; of equals, the first."""
    order = np.argsort(-probabilities, kind="stable")[:BEST]
    return [(anps[index], float(probabilities[index])) for index in order]


def region_text(anps: Sequence[str], label: str) -> str:
    """The text of a region: every pair's adjective, followed by the region's label instead of the pair's noun.

    >>> region_text(["cute_dog", "funny_face"], "teddy bear")
    'cute teddy bear funny teddy bear'
    """
    return " ".join(f"{split_anp(anp, label)[0]} {label}" for anp in anps)
