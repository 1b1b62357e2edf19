"""Calibration on a person's own neutral face: what they look like at first is what neutral means for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NEUTRAL = "neutral"
"""An analyzer without this label has nothing to calibrate."""
REFERENCE = 0.9
"""Probability of neutral that a neutral face is meant to get, the other labels sharing the rest evenly.

A choice, not a measurement: clearly neutral, and no label at nought."""
FLOOR = 0.01
"""Least probability of a label in a baseline, a choice too: the few samples of some seconds cannot tell rarer ones
apart, and dividing by their chance values would invent expressions. So too a baseline of a face that is almost surely
not neutral, a broad smile say, is believed only in part, and the smile stays one."""

Baselines = Mapping[tuple[int, int], NDArray[np.float64]]
"""(source_id, subject) -> (labels,), the person's mean scores in their first seconds."""


def reference(labels: Sequence[str]) -> NDArray[np.float64]:
    """(labels,), the scores that a neutral face is meant to get; they sum to 1.

    >>> reference(["neutral", "glad", "sad"]).round(3).tolist()
    [0.9, 0.05, 0.05]
    """
    others = (1 - REFERENCE) / max(1, len(labels) - 1)
    scores = np.array([REFERENCE if label == NEUTRAL else others for label in labels])
    return np.asarray(scores / scores.sum())


def baselines(first: pd.DataFrame, labels: Sequence[str]) -> Baselines:
    """The baseline of each person in `first`, the rows of everybody's first seconds."""
    means = first.groupby(["source_id", "subject"])[list(labels)].mean()
    return dict(zip(means.index, means.to_numpy(), strict=True))


def calibrated(rows: pd.DataFrame, labels: Sequence[str], baselines: Baselines) -> pd.DataFrame:
    """`rows` with calibrated scores in the label columns; a subject without a baseline keeps its own.

    p' is proportional to p r / b, with r the reference and b the person's baseline, so that a face like the baseline
    gets the reference, as long as no label in it lies below FLOOR. It is the correction of a classifier's outputs for
    other prior probabilities (Saerens, Latinne and Decaestecker 2002, Neural Computation 14, pages 21 to 41), with the
    baseline as the person's own prior.
    """
    target = reference(labels)
    factors = {person: target / np.maximum(baseline, FLOOR) for person, baseline in baselines.items()}
    unchanged = np.ones(len(labels))
    people = zip(rows["source_id"], rows["subject"], strict=True)
    weights = np.array([factors.get(person, unchanged) for person in people]).reshape(-1, len(labels))
    scores = rows[list(labels)].to_numpy(dtype=np.float64)
    weighted = scores * weights
    before, after = scores.sum(axis=1), weighted.sum(axis=1)
    weighted *= (before / np.where(after > 0, after, 1.0))[:, None]
    return rows.assign(**dict(zip(labels, weighted.T, strict=True)))
