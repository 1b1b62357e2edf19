"""How good probabilities of "positive" are: pure functions of probabilities and truth.

The two classes are always listed as positive, negative. A picture is called positive from a probability of one half.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, f1_score, precision_score, recall_score
from torchmetrics.functional.classification import multiclass_calibration_error

from monitor_train.face.evaluate import BINS, interval

LABELS = ("positive", "negative")
Probabilities = NDArray[np.floating[Any]]
Truth = NDArray[np.bool_]


def measures(probabilities: Probabilities, positive: Truth) -> dict[str, Any]:
    """Figures of probabilities (N,) against the truth (N,), as JSON can hold them.

    Intervals are the middle 95 per cent of bootstrap resamplings of the pictures. The confusion matrix has the truth in
    rows. The calibration error compares confidence, the larger of both probabilities, with accuracy in 15 bins.
    """
    said = probabilities >= 0.5
    figures: dict[str, Any] = {"labels": list(LABELS), "pictures": len(positive)}
    for name, statistic in STATISTICS.items():
        figures[name] = statistic(probabilities, positive)
        figures[f"{name}_interval"] = interval(
            lambda rows, of=statistic: of(probabilities[rows], positive[rows]), len(positive)
        )
    figures["calibration_error"] = calibration_error(probabilities, positive)
    for name, score in (("precision", precision_score), ("recall", recall_score), ("f", f1_score)):
        values = score(positive, said, labels=[True, False], average=None, zero_division=0.0)
        figures[name] = dict(zip(LABELS, map(float, values), strict=True))
    figures["confusion"] = confusion_matrix(positive, said, labels=[True, False]).tolist()
    return figures


def difference(one: Probabilities, other: Probabilities, positive: Truth) -> dict[str, Any]:
    """How much better `one` is than `other` on the same pictures; intervals by resampling pictures, so in pairs."""
    figures: dict[str, Any] = {}
    for name, statistic in STATISTICS.items():

        def gain(rows: Any, of: Any = statistic) -> float:
            return float(of(one[rows], positive[rows]) - of(other[rows], positive[rows]))

        figures[name] = gain(slice(None))
        figures[f"{name}_interval"] = interval(gain, len(positive))
    return figures


def accuracy(probabilities: Probabilities, positive: Truth) -> float:
    """Share of the pictures that are called what they are."""
    return float(((probabilities >= 0.5) == positive).mean())


def f_positive(probabilities: Probabilities, positive: Truth) -> float:
    """F-measure of the class "positive"; 0 where there is none, neither in truth nor in guesses."""
    return f_measure(probabilities >= 0.5, positive)


def f_macro(probabilities: Probabilities, positive: Truth) -> float:
    """Mean of the F-measures of both classes."""
    said = probabilities >= 0.5
    return (f_measure(said, positive) + f_measure(~said, ~positive)) / 2


def f_measure(said: Truth, true: Truth) -> float:
    """2 TP / (2 TP + FP + FN); fast enough for thousands of resamplings."""
    both = said.sum() + true.sum()
    return float(2 * (said & true).sum() / both) if both else 0.0


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
    both = torch.from_numpy(np.stack([probabilities, 1 - probabilities], 1).astype(np.float32))
    truth = torch.from_numpy((~positive).astype(np.int64))
    return float(multiclass_calibration_error(both, truth, 2, n_bins=BINS, norm="l1"))


STATISTICS = {"accuracy": accuracy, "f_positive": f_positive, "f_macro": f_macro, "auc": auc}
"""Those that get an interval."""
