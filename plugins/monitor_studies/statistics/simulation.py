"""How often tests and intervals are right: simulated recordings whose truth is known, compared as a study would."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from monitor_studies.statistics.comparison import compare
from monitor_studies.statistics.intervals import intervals
from monitor_studies.statistics.permutation import PERMUTATIONS
from monitor_studies.statistics.recordings import RecordingModel, softmax
from monitor_studies.statistics.series import Array

TRUTH_SAMPLES = 400_000
"""Samples behind what counts as the true share; its own error is a tenth of that of an hour's recording."""
RESAMPLES = 299
"""Of blocks; fewer than in use, to save time. 0.05 is a multiple of 1 / (1 + 299), so that p-values are not coarse."""


@dataclass(frozen=True)
class ErrorRates:
    """How often a test rejected and intervals held the truth. Arrays are (labels,), parts of the runs."""

    runs: int
    rejected: Array
    """p at most 0.05."""
    difference_covered: Array
    """The interval of the difference held the true difference."""
    share_covered: Array
    """The interval of the first share held the true share; NaN where sessions are the units."""


def error_rates(
    model: RecordingModel, samples: int, sessions: int, runs: int, seed: int, *, other: RecordingModel | None = None
) -> ErrorRates:
    """Compare recordings of `samples` samples `runs` times: two single ones, or two groups of `sessions` each.

    The second side is drawn from `other` where that is given, else there is no difference. Sessions differ from each
    other as the model says; single recordings without a difference need one whose sessions do not.
    """
    models = (model, other or model)
    shares = [true_shares(each, seed) for each in models]
    difference = shares[0] - shares[1]
    rejected, covered, share_covered = (np.zeros(len(model.labels)) for _ in range(3))
    for generator in np.random.default_rng(seed).spawn(runs):
        first, second = (
            [each.session(generator).draw(samples, generator) for _ in range(max(1, sessions))] for each in models
        )
        permutations = PERMUTATIONS if sessions else RESAMPLES
        found = compare(first, second, generator, permutations=permutations)
        rejected += found.p <= 0.05
        covered += (found.low <= difference) & (difference <= found.high)
        if sessions == 0:
            low, high = intervals(first[0], generator, resamples=RESAMPLES)
            share_covered += (low <= shares[0]) & (shares[0] <= high)
        else:
            share_covered += np.nan  # a session's own share is not that of its group
    return ErrorRates(runs, rejected / runs, covered / runs, share_covered / runs)


def with_share(model: RecordingModel, label: str, share: float, seed: int) -> RecordingModel:
    """The model with the mean logit of `label` moved so that its share over many sessions is `share`."""
    from scipy.optimize import brentq

    place = model.labels.index(label)
    logits = _logits(model, np.random.default_rng(seed), TRUTH_SAMPLES // 8)

    def excess(move: float) -> float:
        moved = logits.copy()
        moved[:, place] += move
        return float(softmax(moved)[:, place].mean()) - share

    means = model.means.copy()
    means[place] += brentq(excess, -20, 20, xtol=1e-4)
    return replace(model, means=means)


def true_shares(model: RecordingModel, seed: int) -> Array:
    """(labels,): shares over very many sessions."""
    found: Array = softmax(_logits(model, np.random.default_rng(seed), TRUTH_SAMPLES)).mean(axis=0)
    return found


def _logits(model: RecordingModel, generator: np.random.Generator, count: int) -> Array:
    spread = np.hypot(model.within, model.between)
    found: Array = model.means + spread * generator.normal(size=(count, len(model.labels)))
    return found
