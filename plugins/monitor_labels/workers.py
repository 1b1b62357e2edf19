"""What can be said about each worker: how much, how fast, how much like the others, how right, and whether to doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitor_labels.answers import FEW, Answers

if TYPE_CHECKING:
    import pandas as pd

LEAST_KAPPA = 0.1
"""A worker whose answers agree with the others' hardly more than chance would is doubted."""
HASTE = 1 / 3
"""So is one whose usual time is less than this share of the usual worker's."""
COLUMNS = ("worker", "answers", "seconds", "commonest", "commonest_share", "agreement", "kappa", "accuracy", "doubts")
SAME, CHANCE, HASTY = "one label for all", "agrees like chance", "hasty"


def worker_table(answers: Answers, truth: Mapping[str, str] | None = None) -> pd.DataFrame:
    """One row per worker, those with most answers first.

    `answers`: how many; `seconds`: the median; `commonest` and `commonest_share`: the label given most; `agreement`:
    the share of other workers' answers to the same pictures that are the same; `kappa`: that beyond what two workers
    with the same habits would have by chance; `accuracy`: the share of answers that are true, where `truth` names the
    picture; `doubts`: the reasons to suspect a spammer, in words, empty with fewer than ten answers.
    """
    import pandas as pd

    table = answers.table
    counts = pd.crosstab(table["task"], table["label"]).reindex(columns=list(answers.labels), fill_value=0)
    usual = table.groupby("worker")["seconds"].median().median()
    truth = truth or {}
    rows = []
    for worker, own in table.groupby("worker", sort=True):
        shares = own["label"].value_counts(normalize=True).reindex(list(answers.labels), fill_value=0.0)
        chosen = np.array([answers.labels.index(label) for label in own["label"]])
        others = counts.loc[own["task"]].to_numpy() - np.eye(len(answers.labels), dtype=np.int64)[chosen]
        agreed, kappa = _with_others(chosen, others)
        right = [truth[task] == label for task, label in zip(own["task"], own["label"], strict=True) if task in truth]
        seconds = own["seconds"].median()
        reasons = [
            words
            for words, holds in (
                (SAME, own["label"].nunique() == 1),
                (CHANCE, kappa < LEAST_KAPPA),
                (HASTY, seconds < HASTE * usual),
            )
            if holds and len(own) >= FEW
        ]
        rows.append(
            (worker, len(own), seconds, shares.idxmax(), shares.max(), agreed, kappa, _mean(right), ", ".join(reasons))
        )
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.sort_values(["answers", "worker"], ascending=[False, True], ignore_index=True)


def _mean(values: list[bool]) -> float:
    return float(np.mean(values)) if values else np.nan


def _with_others(own: NDArray[np.int64], others: NDArray[np.int64]) -> tuple[float, float]:
    """Agreement with the others, and kappa; not a number where nobody else answered, or all say one label.

    `own` (N,): the worker's labels; `others` (N, labels): how often the others gave each. Chance is what two would
    agree by who draw from these same two distributions of labels (Cohen 1960).
    """
    weights = others.sum(axis=1)
    if weights.sum() == 0:
        return np.nan, np.nan
    agreed = others[np.arange(len(own)), own].sum() / weights.sum()
    of_own = np.bincount(own, weights=weights, minlength=others.shape[1]) / weights.sum()
    chance = float(of_own @ (others.sum(axis=0) / weights.sum()))
    return float(agreed), float((agreed - chance) / (1 - chance)) if chance < 1 else np.nan
