"""Change points: moments at which the shares settle on another level."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from monitor.store.events import MOMENT, Event
from monitor_studies.recorded import Recording
from monitor_studies.statistics.autoregression import logits
from monitor_studies.statistics.series import Array

PENALTY = 4
"""A change must explain the logarithm of the number of samples so many times, and once more for each label that varies.

Of recordings of eight labels without any change 7 % then have one found in two minutes and 1.5 % in five, of 200 each
that were drawn from the shipped model of recordings."""
SHORTEST_SECONDS = 10.0
"""Between two changes; what lasts less is a peak."""
MOST_SAMPLES = 6000
"""Longer recordings are searched in means of several samples, because the search takes the square of their number."""
FEWEST_STRETCHES = 6
"""Of SHORTEST_SECONDS, below which a recording is not searched."""
TO_DEVIATION = 1.4826
"""From the median absolute value of a normal distribution with mean 0 to its standard deviation."""
MADE_BY = f"change points (penalty log n for each label and {PENALTY} more)"


def changes(recording: Recording) -> list[Event]:
    """A moment for each change of the shares' logits, with the label whose share changes most and by how much."""
    seconds, shares = recording.seen()
    places = change_points(logits(shares), round(SHORTEST_SECONDS / recording.session.every_seconds))
    ends = [0, *places, len(shares)]
    means = [shares[start:end].mean(axis=0) for start, end in pairwise(ends)]
    return [
        Event(
            recording.session.id,
            MOMENT,
            float(seconds[place]),
            label=_words(recording.series.names, after - before),
            made_by=MADE_BY,
        )
        for place, before, after in zip(places, means, means[1:], strict=False)
    ]


def change_points(values: Array, shortest: int) -> list[int]:
    """Samples at which the mean of `values` (samples, names) changes, by penalised least squares.

    PELT (Killick, Fearnhead and Eckley 2012) through `ruptures`. Each name is divided by its long-run standard
    deviation, so that correlation of neighbours alone makes few changes; what a change costs, PENALTY says.
    """
    import ruptures

    merged = math.ceil(len(values) / MOST_SAMPLES)
    count, shortest = len(values) // merged, max(2, math.ceil(shortest / merged))
    if count < FEWEST_STRETCHES * shortest:
        return []
    means = values[: count * merged].reshape(count, merged, -1).mean(axis=1)
    spread = long_run_deviation(means, shortest)
    varying = spread > 1e-9
    if not varying.any():
        return []
    search = ruptures.KernelCPD(kernel="linear", min_size=shortest)
    penalty = math.log(count) * (PENALTY + int(varying.sum()))
    found = search.fit(means[:, varying] / spread[varying]).predict(pen=penalty)
    return [int(end) * merged for end in found[:-1]]


def long_run_deviation(values: Array, length: int) -> Array:
    """(names,): standard deviation that independent samples would have whose means scatter as those of `values` do.

    From the median difference of the means of stretches of `length` samples that follow each other, in which the few
    that a change lies between do not count.
    """
    stretches = values[: len(values) // length * length].reshape(-1, length, values.shape[1]).mean(axis=1)
    apart = np.median(np.abs(np.diff(stretches, axis=0)), axis=0)
    found: Array = TO_DEVIATION * apart * math.sqrt(length / 2)
    return found


def _words(names: tuple[str, ...], change: Array) -> str:
    place = int(np.abs(change).argmax())
    return f"{names[place]} {100 * change[place]:+.0f} points"
