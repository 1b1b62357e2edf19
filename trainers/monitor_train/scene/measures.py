"""How good probabilities of "positive" are: pure functions of probabilities and truth.

The two classes are always listed as positive, negative. A picture is called positive from a probability of one half.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from monitor_train.pictures import measures as any_classifier
from monitor_train.pictures.measures import estimates

LABELS = ("positive", "negative")
Probabilities = NDArray[np.floating[Any]]
Truth = NDArray[np.bool_]
Statistic = Callable[[Probabilities, Truth], float]


def measures(probabilities: Probabilities, positive: Truth) -> dict[str, Any]:
    """Figures of probabilities (N,) against the truth (N,), as JSON can hold them.

    Intervals are the middle 95 per cent of bootstrap resamplings of the pictures. The confusion matrix has the truth in
    rows. The calibration error compares confidence, the larger of both probabilities, with accuracy in 15 bins.
    """
    guesses, order = probabilities >= 0.5, [True, False]
    scores = precision_recall_fscore_support(positive, guesses, labels=order, zero_division=0.0)
    return {
        "labels": list(LABELS),
        "pictures": len(positive),
        **estimates(
            {name: partial(of_rows, statistic, probabilities, positive) for name, statistic in STATISTICS.items()},
            len(positive),
        ),
        "calibration_error": calibration_error(probabilities, positive),
        **{
            name: dict(zip(LABELS, map(float, values), strict=True))
            for name, values in zip(("precision", "recall", "f"), scores, strict=False)
        },
        "confusion": confusion_matrix(positive, guesses, labels=order).tolist(),
    }


def difference(one: Probabilities, other: Probabilities, positive: Truth) -> dict[str, Any]:
    """How much better `one` is than `other` on the same pictures; intervals by resampling pictures, so in pairs."""

    def gain(statistic: Statistic, rows: NDArray[np.int64]) -> float:
        return of_rows(statistic, one, positive, rows) - of_rows(statistic, other, positive, rows)

    return estimates({name: partial(gain, statistic) for name, statistic in STATISTICS.items()}, len(positive))


def of_rows(statistic: Statistic, probabilities: Probabilities, positive: Truth, rows: NDArray[np.int64]) -> float:
    """The `statistic` of the pictures at `rows`."""
    return statistic(probabilities[rows], positive[rows])


def accuracy(probabilities: Probabilities, positive: Truth) -> float:
    """Share of the pictures that are called what they are."""
    return float(((probabilities >= 0.5) == positive).mean())


def f_positive(probabilities: Probabilities, positive: Truth) -> float:
    """F-measure of the class "positive"; 0 where there is none, neither in truth nor in guesses."""
    return f_measure(probabilities >= 0.5, positive)


def f_macro(probabilities: Probabilities, positive: Truth) -> float:
    """Mean of the F-measures of both classes."""
    guesses = probabilities >= 0.5
    return (f_measure(guesses, positive) + f_measure(~guesses, ~positive)) / 2


def f_measure(guesses: Truth, true: Truth) -> float:
    """2 TP / (2 TP + FP + FN); fast enough for thousands of resamplings."""
    both = guesses.sum() + true.sum()
    return float(2 * (guesses & true).sum() / both) if both else 0.0


def auc(probabilities: Probabilities, positive: Truth) -> float:
    """Area under the receiver operating characteristic: how often a positive picture has a higher probability than a
    negative one, ties counting half; one half where a class has no pictures."""
    high, low = probabilities[positive], np.sort(probabilities[~positive])
    if not len(high) or not len(low):
        return 0.5
    below, up_to = np.searchsorted(low, high, "left"), np.searchsorted(low, high, "right")
    return float((below + up_to).sum() / (2 * len(high) * len(low)))


def calibration_error(probabilities: Probabilities, positive: Truth) -> float:
    """Expected calibration error of the answer given."""
    both = np.stack([probabilities, 1 - probabilities], 1)
    return any_classifier.calibration_error(both, (~positive).astype(np.int64))


STATISTICS: dict[str, Statistic] = {"accuracy": accuracy, "f_positive": f_positive, "f_macro": f_macro, "auc": auc}
"""Those that get an interval."""
