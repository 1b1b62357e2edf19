"""How well found people agree with true ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BCubed:
    """Precision, recall and their harmonic mean, in [0, 1]."""

    precision: float
    """How much of what is called one person is one person."""
    recall: float
    """How much of one person is called one person."""

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def b_cubed(true: Sequence[Hashable], found: Sequence[Hashable]) -> BCubed:
    """Of items whose true and found people are given in one order (Amigó et al., "A comparison of extrinsic clustering
    evaluation metrics based on formal constraints", 2009, section 4.3.2). No items at all agree perfectly."""
    if len(true) != len(found):
        raise ValueError(f"{len(true) = } and {len(found) = } must be the same")
    if not true:
        return BCubed(1.0, 1.0)
    together = Counter(zip(true, found, strict=True))
    of_true, of_found = Counter(true), Counter(found)
    precision = sum(count * count / of_found[name] for (_, name), count in together.items())
    recall = sum(count * count / of_true[name] for (name, _), count in together.items())
    return BCubed(precision / len(true), recall / len(true))
