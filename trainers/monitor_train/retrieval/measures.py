"""How good answers and vectors are: figures of both with their intervals, as JSON can hold them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor_train.pictures.measures import classification_figures, estimates
from monitor_train.retrieval.emotion_wheel import polarities
from monitor_train.retrieval.ranking import Distance, Vectors, rankings


@dataclass(frozen=True)
class Predictions:
    """What a model answers for test pictures, and what they are."""

    emotions: tuple[str, ...]
    truth: NDArray[np.int64]
    """(N,): place of the emotion of each."""
    vectors: Vectors
    """(N, length)."""
    probabilities: NDArray[np.float64] | None = None
    """(N, emotions); None where the model only describes pictures."""
    distance: Distance = "cosine"
    """Of the vectors, by which pictures are ranked."""

    def values(self) -> dict[str, NDArray[np.float64]]:
        """Figure -> its value for every picture, (N,); the figure of the set is their mean without NaN."""
        ranked = rankings(self.vectors, self.truth, polarities(self.emotions)[self.truth], self.distance)
        if self.probabilities is None:
            return ranked
        return {"accuracy": (self.probabilities.argmax(1) == self.truth).astype(np.float64), **ranked}


def measures(predictions: Predictions) -> dict[str, Any]:
    """Figures with their intervals: the middle 95 per cent of bootstrap resamplings of the pictures."""
    figures: dict[str, Any] = {"labels": list(predictions.emotions), "pictures": len(predictions.truth)}
    figures |= means(predictions.values())
    if predictions.probabilities is not None:
        figures |= classification_figures(predictions.probabilities, predictions.truth, predictions.emotions)
    return figures


def difference(one: Predictions, other: Predictions) -> dict[str, Any]:
    """How much better `one` is than `other` on the same pictures; intervals by resampling pictures, so in pairs."""
    mine, theirs = one.values(), other.values()
    return means({name: mine[name] - theirs[name] for name in mine if name in theirs})


def means(values: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    """The mean of each, and its interval; the same pictures are drawn for all."""
    figures: dict[str, Any] = {}
    for name, each in values.items():
        known = each[~np.isnan(each)]
        figures |= estimates({name: partial(mean_of, known)}, len(known))
    return figures


def mean_of(values: NDArray[np.float64], rows: NDArray[np.int64]) -> float:
    """Mean of the `values` at `rows`."""
    return float(values[rows].mean())
