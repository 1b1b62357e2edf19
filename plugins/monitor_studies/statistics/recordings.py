"""Simulated recordings that vary in time as real ones do, to check statistics with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor_studies.statistics.autoregression import LEAST, standard_process
from monitor_studies.statistics.series import Array, Series


@dataclass(frozen=True)
class RecordingModel:
    """Logits that follow autoregressive processes of order 1; their softmax is what an analyzer would say."""

    labels: tuple[str, ...]
    means: Array
    """(labels,): mean logits of a session, where the mean over sessions is meant."""
    within: Array
    """(labels,): standard deviation of the logits over the time of a session."""
    between: Array
    """(labels,): standard deviation of a session's mean logits from session to session."""
    correlation: float
    """Correlation of the logits of two neighbouring samples of a session, in [0, 1)."""

    def session(self, generator: np.random.Generator) -> RecordingModel:
        """The model of one session: its mean logits are drawn."""
        means = self.means + self.between * generator.normal(size=len(self.labels))
        return replace(self, means=means, between=0 * self.between)

    def without_sessions(self) -> RecordingModel:
        """The model of sessions that all have the same mean logits."""
        return replace(self, between=0 * self.between)

    def draw(self, samples: int, generator: np.random.Generator) -> Series:
        """A recording of one person who is seen in every sample."""
        probabilities = softmax(self.means + self.within * self.processes(samples, generator))
        return Series(self.labels, probabilities, np.ones(samples))

    def processes(self, samples: int, generator: np.random.Generator) -> Array:
        """(samples, labels): independent stationary processes of variance 1 of which neighbouring samples correlate."""
        return standard_process(generator.normal(size=(samples, len(self.labels))).T, self.correlation).T


def softmax(logits: Array) -> Array:
    """(..., labels): probabilities of logits (..., labels)."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    found: Array = powers / powers.sum(axis=-1, keepdims=True)
    return found


FEWEST = 8
"""A stretch with fewer samples tells nothing about the correlation of neighbours."""


def fitted(labels: tuple[str, ...], stretches: Sequence[Array], generator: np.random.Generator) -> RecordingModel:
    """The model of stretches (samples, labels) of probabilities, each of one person without a break.

    Means and deviations are those of the logits. The correlation of neighbours is found by indirect inference
    (Gourieroux, Monfort and Renault 1993): of stretches as short as these it is estimated too low, so it is the
    correlation with which simulated stretches of the same lengths come out as these did.
    """
    logits = [np.log(np.clip(each, LEAST, 1.0)) for each in stretches if len(each) >= FEWEST]
    if len(logits) < 2:
        raise ValueError(f"two or more stretches of at least {FEWEST} samples are needed, there are {len(logits)}")
    logits = [each - each.mean(axis=1, keepdims=True) for each in logits]
    own_means = np.stack([each.mean(axis=0) for each in logits])
    counts = np.array([len(each) for each in logits])
    within = np.sqrt(
        sum(((each - mean) ** 2).sum(axis=0) for each, mean in zip(logits, own_means, strict=True)) / (counts - 1).sum()
    )
    found = neighbour_correlation(logits)
    grid = np.linspace(0, 0.98, 50)
    simulated = []
    for correlation in grid:
        model = RecordingModel(labels, np.zeros(len(labels)), np.ones(len(labels)), np.zeros(len(labels)), correlation)
        simulated.append(
            neighbour_correlation([model.processes(count, generator) for _ in range(20) for count in counts])
        )
    correlation = float(np.interp(found, np.maximum.accumulate(simulated), grid))
    return RecordingModel(
        labels, np.average(own_means, axis=0, weights=counts), within, own_means.std(axis=0, ddof=1), correlation
    )


def neighbour_correlation(stretches: Sequence[Array]) -> float:
    """Correlation of neighbours about the mean of each stretch, pooled over stretches, its mean over the labels."""
    above, below = 0.0, 0.0
    for each in stretches:
        centred = each - each.mean(axis=0)
        above = above + (centred[1:] * centred[:-1]).sum(axis=0)
        below = below + (centred**2).sum(axis=0)
    return float(np.mean(above / np.asarray(below)))
