"""Shares corrected for the errors of the classifier that gave them: adjusted classify and count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor_studies.statistics.series import Array

LARGEST_CONDITION = 100.0
"""Confusions whose matrix is worse conditioned than this tell labels apart too badly to be inverted."""


@dataclass(frozen=True)
class Confusion:
    """What a classifier says of pictures whose truth is known."""

    labels: tuple[str, ...]
    pictures: Array
    """(labels,): how many pictures of each label it was tried on."""
    said: Array
    """(truth, said): mean probability, or part of the pictures, that it gave each label; rows sum to 1."""

    def __post_init__(self) -> None:
        size = len(self.labels)
        if self.said.shape != (size, size) or self.pictures.shape != (size,):
            raise ValueError(f"{self.said.shape = } does not fit {size} labels")
        if not np.allclose(self.said.sum(axis=1), 1, atol=1e-3):
            raise ValueError("rows of the confusion matrix must sum to 1")


@dataclass(frozen=True)
class Adjusted:
    """Shares as they would be without the classifier's errors. Arrays are (labels,)."""

    shares: Array
    """The nearest shares that are not negative and sum to 1."""
    standard_errors: Array
    """Of the shares before they were brought into [0, 1]; the errors of the confusion matrix are in them."""
    false_positives: Array
    """The share that each label would be given if nobody ever showed it and the others were as adjusted."""


def adjusted(shares: Array, variance: Array, confusion: Confusion) -> Adjusted:
    """Correct `shares` (labels,) with variances `variance` (labels,), or raise ValueError where that cannot be.

    What is observed is m = M'p for true shares p and confusions M, so p = inv(M')m (Buck and Gart 1966; Forman 2008,
    Quantifying counts and costs via classification, section 2.2; for probabilities Bella et al. 2010). By the delta
    method its covariance is A (V + sum_i p_i^2 C_i) A' with A = inv(M') and C_i the multinomial covariance of row i,
    which is an upper bound where the classifier gives probabilities.
    """
    if not np.isfinite(shares).all():
        raise ValueError("nothing was observed")
    if (confusion.pictures < 2).any():
        few = confusion.labels[int(np.argmin(confusion.pictures))]
        raise ValueError(f"the confusions hold too few pictures of {few}")
    if np.linalg.cond(confusion.said) > LARGEST_CONDITION:
        raise ValueError("the classifier confuses its labels too much for a correction")
    inverse = np.linalg.inv(confusion.said.T)
    raw = inverse @ shares
    covariance = np.diag(variance)
    for part, row, pictures in zip(raw, confusion.said, confusion.pictures, strict=True):
        covariance = covariance + part**2 * (np.diag(row) - np.outer(row, row)) / pictures
    errors = np.sqrt(np.diag(inverse @ covariance @ inverse.T))
    brought = on_simplex(raw)
    return Adjusted(brought, errors, false_positives(brought, confusion))


def false_positives(shares: Array, confusion: Confusion) -> Array:
    """(labels,): the share that each label is given in pictures that truly show others, these as in `shares`."""
    others = np.tile(shares, (len(shares), 1))  # (label, truth)
    np.fill_diagonal(others, 0)
    total = others.sum(axis=1, keepdims=True)
    others = np.divide(others, total, out=np.zeros_like(others), where=total > 0)
    found: Array = (others * confusion.said.T).sum(axis=1)
    return found


def on_simplex(values: Array) -> Array:
    """The nearest point whose parts are not negative and sum to 1 (Duchi et al. 2008, figure 1)."""
    ordered = np.sort(values)[::-1]
    excess = (np.cumsum(ordered) - 1) / np.arange(1, len(values) + 1)
    last = int(np.nonzero(ordered > excess)[0][-1])
    found: Array = np.maximum(values - excess[last], 0.0)
    return found
