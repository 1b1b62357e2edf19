"""How good probabilities are: figures of any classifier, with intervals, as JSON can hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix
from torchmetrics.functional.classification import multiclass_calibration_error

RESAMPLINGS = 2000
BINS = 15
"""Of equal width in confidence, for the calibration error."""
Classes = NDArray[np.int64]


def interval(statistic: Callable[[Classes], float], count: int, seed: int = 0) -> list[float]:
    """[low, high]: the middle 95 per cent of `statistic` over rows drawn with replacement from range(count)."""
    generator = np.random.default_rng(seed)
    values = [statistic(generator.integers(0, count, count)) for _ in range(RESAMPLINGS)]
    return [float(value) for value in np.percentile(values, (2.5, 97.5))]


def estimates(statistics: Mapping[str, Callable[[Classes], float]], count: int) -> dict[str, Any]:
    """Each of the `statistics` of rows, over all rows of range(count), and its interval."""
    figures: dict[str, Any] = {}
    for name, statistic in statistics.items():
        figures[name] = float(statistic(np.arange(count)))
        figures[f"{name}_interval"] = interval(statistic, count)
    return figures


def classification_figures(
    probabilities: NDArray[np.floating[Any]], truth: Classes, names: Sequence[str]
) -> dict[str, Any]:
    """Accuracy, recalls, calibration error and confusion of probabilities (N, K) against classes (N,).

    Intervals are the middle 95 per cent of bootstrap resamplings of the pictures. The confusion matrix has the truth in
    rows. Classes without any picture count neither in the average recall nor in its interval.
    """
    guesses = probabilities.argmax(axis=1)
    present = np.unique(truth)
    confusion = confusion_matrix(truth, guesses, labels=range(len(names)))
    return {
        "pictures": len(truth),
        **estimates(
            {
                "accuracy": lambda rows: float((guesses[rows] == truth[rows]).mean()),
                "average_recall": lambda rows: average_recall(truth[rows], guesses[rows], present),
            },
            len(truth),
        ),
        "calibration_error": calibration_error(probabilities, truth),
        "labels": list(names),
        "recall": {names[row]: float(confusion[row, row] / confusion[row].sum()) for row in present},
        "confusion": confusion.tolist(),
        "mean_probabilities": [
            probabilities[truth == row].mean(axis=0).astype(float).round(6).tolist() if row in present else None
            for row in range(len(names))
        ],
    }


def average_recall(truth: Classes, guesses: Classes, classes: Classes) -> float:
    """Mean recall over those `classes` that occur in the truth; fast enough for thousands of resamplings."""
    least = int(classes.max()) + 1
    count = np.bincount(truth, minlength=least)[classes]
    right = np.bincount(truth[truth == guesses], minlength=least)[classes]
    return float((right[count > 0] / count[count > 0]).mean())


def calibration_error(probabilities: NDArray[np.floating[Any]], truth: Classes) -> float:
    """Expected calibration error of the answers with the largest probabilities (N, K), in 15 bins."""
    found = torch.from_numpy(np.asarray(probabilities, np.float32))
    classes = probabilities.shape[1]
    return float(multiclass_calibration_error(found, torch.from_numpy(truth), classes, n_bins=BINS, norm="l1"))


def manifest_figures(figures: Mapping[str, Any], names: Sequence[str], test_data: str) -> dict[str, Any]:
    """What of an evaluation on `test_data` stands in a manifest, rounded: the figures `names`, their intervals where
    they have one, and what there is for each class."""
    found: dict[str, Any] = {"test_data": test_data, "test_pictures": figures["pictures"]}
    found |= {name: round(figures[name], 4) for name in names}
    intervals = {name: figures.get(f"{name}_interval") for name in names}
    found |= {f"{name}_interval": [round(end, 4) for end in each] for name, each in intervals.items() if each}
    by_class = {name: figures[name] for name in ("precision", "recall") if name in figures}
    return found | {
        f"{name}_{label}": round(value, 4) for name, own in by_class.items() for label, value in own.items()
    }
