"""How good answers and vectors are: figures of both with their intervals, as JSON can hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix
from torchmetrics.functional.classification import multiclass_calibration_error

from monitor_train.face.evaluate import BINS, RESAMPLINGS
from monitor_train.retrieval.ranking import Distance, Vectors, rankings
from monitor_train.retrieval.wheel import polarities


@dataclass(frozen=True)
class Said:
    """What a model says of test pictures, and what they are."""

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


def measures(said: Said) -> dict[str, Any]:
    """Figures with their intervals: the middle 95 per cent of bootstrap resamplings of the pictures."""
    figures: dict[str, Any] = {"labels": list(said.emotions), "pictures": len(said.truth), **means(said.values())}
    return figures if said.probabilities is None else figures | answers(said.probabilities, said.truth, said.emotions)


def difference(one: Said, other: Said) -> dict[str, Any]:
    """How much better `one` is than `other` on the same pictures; intervals by resampling pictures, so in pairs."""
    mine, theirs = one.values(), other.values()
    return means({name: mine[name] - theirs[name] for name in mine if name in theirs})


def means(values: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    """The mean of each, and its interval; the same pictures are drawn for all."""
    figures: dict[str, Any] = {}
    for name, each in values.items():
        known = each[~np.isnan(each)]
        drawn = np.random.default_rng(0).integers(0, len(known), (RESAMPLINGS, len(known)))
        figures[name] = float(known.mean())
        figures[f"{name}_interval"] = np.percentile(known[drawn].mean(1), (2.5, 97.5)).tolist()
    return figures


def answers(probabilities: NDArray[np.float64], truth: NDArray[np.int64], emotions: tuple[str, ...]) -> dict[str, Any]:
    """Recall of each emotion and their mean, the error of the confidence in 15 bins, and the confusion matrix, truth in
    rows."""
    confusion = confusion_matrix(truth, probabilities.argmax(1), labels=range(len(emotions)))
    there = confusion.sum(1) > 0
    recall = confusion.diagonal()[there] / confusion.sum(1)[there]
    said = torch.from_numpy(probabilities.astype(np.float32))
    return {
        "macro_recall": float(recall.mean()),
        "calibration_error": float(
            multiclass_calibration_error(said, torch.from_numpy(truth), len(emotions), n_bins=BINS, norm="l1")
        ),
        "recall": dict(zip(np.array(emotions)[there].tolist(), recall.tolist(), strict=True)),
        "confusion": confusion.tolist(),
    }
