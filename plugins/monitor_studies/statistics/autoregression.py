"""A model fitted to one recording: an autoregressive process for each name, from which recordings are simulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor_studies.statistics.series import Array, Series

LEAST = 1e-4
"""Probabilities below this count as this: their logarithms are the rounding of a network."""
LARGEST_CORRELATION = 0.98
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Autoregression:
    """A stationary Gaussian process of order 1, the logit of a probability where `is_logit`, else a value itself."""

    mean: float
    deviation: float
    correlation: float
    """Correlation of two neighbouring samples, in [0, LARGEST_CORRELATION]."""
    is_logit: bool

    def values(self, processes: Array) -> Array:
        """What a standard process (...,) stands for."""
        scaled = self.mean + self.deviation * processes
        found: Array = 1 / (1 + np.exp(-scaled)) if self.is_logit else scaled
        return found

    @property
    def expected(self) -> float:
        """Mean of a value, by Gauss and Hermite's quadrature."""
        return float(np.average(self.values(NODES), weights=WEIGHTS))

    def draw(self, recordings: int, samples: int, generator: np.random.Generator) -> Array:
        """(recordings, samples): values of simulated recordings."""
        return self.values(standard_process(generator.normal(size=(recordings, samples)), self.correlation))


def standard_process(noise: Array, correlation: float) -> Array:
    """(..., samples): a stationary process of variance 1 and order 1 from independent standard normal `noise`."""
    from scipy.signal import lfilter

    first, rest = noise[..., :1], noise[..., 1:] * np.sqrt(1 - correlation**2)
    found: Array = lfilter([1.0], [1.0, -correlation], np.concatenate([first, rest], axis=-1), axis=-1)
    return found


def logits(probabilities: Array) -> Array:
    """The logarithms of their odds, of none nearer to 0 or 1 than LEAST."""
    clipped = np.clip(probabilities, LEAST, 1 - LEAST)
    found: Array = np.log(clipped / (1 - clipped))
    return found


def are_probabilities(series: Series) -> bool:
    """Whether every sample's value is in [0, 1], as those of labels are, and those of measures may be."""
    return bool((series.sums >= 0).all() and (series.sums <= series.weights[:, None] * (1 + 1e-6)).all())


def fitted(series: Series, place: int) -> Autoregression:
    """The model of name number `place` of a recording of which some samples were observed.

    Of short recordings the correlation of neighbours is estimated too low, on average by (1 + 3 r) / n for n of them
    (Marriott and Pope 1954, Bias in the estimation of autocorrelations); that is added.
    """
    there, is_logit = series.weights > 0, are_probabilities(series)
    values = series.sums[there, place] / series.weights[there]
    if is_logit:
        values = logits(values)
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    centred = np.zeros(len(series))
    centred[there] = values - mean
    pairs = there[1:] & there[:-1]
    below, count = float((centred**2).sum() / there.sum()), max(1, int(pairs.sum()))
    found = float((centred[1:] * centred[:-1])[pairs].sum() / count / below) if below > 0 else 0.0
    correlation = found + (1 + 3 * found) / count
    return Autoregression(mean, deviation, float(np.clip(correlation, 0.0, LARGEST_CORRELATION)), is_logit)
