"""Unusual moments: faces unlike those of the rest of the recording."""

from __future__ import annotations

import numpy as np

from monitor.store.events import MOMENT, Event
from monitor_studies.recorded import Recording
from monitor_studies.statistics.autoregression import logits
from monitor_studies.statistics.series import Array
from monitor_studies.statistics.variance import FEWEST_SAMPLES

SPREADS = 4.0
"""Robust standard deviations from the usual that count as unusual."""
SMOOTHED_SECONDS = 2.0
"""Logits are averaged over so long, as a single sample may be an error."""
APART_SECONDS = 10.0
"""Between two unusual moments."""
MADE_BY = f"unusual moments ({SPREADS:g} robust standard deviations)"


def unusual(recording: Recording) -> list[Event]:
    """The moments at which a label is farthest above its usual level, those too near to a farther one left out."""
    seconds, shares = recording.seen()
    if len(shares) < 2 * FEWEST_SAMPLES:
        return []
    distances = spreads_above(logits(shares), round(SMOOTHED_SECONDS / recording.session.every_seconds))
    farthest = distances.max(axis=1)
    found: list[Event] = []
    for place in np.argsort(-farthest, kind="stable"):
        if farthest[place] < SPREADS:
            break
        second = float(seconds[place])
        if all(abs(second - each.start_seconds) >= APART_SECONDS for each in found):
            label = f"unusual {recording.series.names[int(distances[place].argmax())]}"
            found.append(Event(recording.session.id, MOMENT, second, label=label, made_by=MADE_BY))
    return sorted(found, key=lambda event: event.start_seconds)


def spreads_above(values: Array, smoothed: int) -> Array:
    """(samples, names): how far running means of `values` lie above their median, in robust standard deviations."""
    from scipy.stats import median_abs_deviation

    width = max(1, smoothed)
    kernel = np.ones(width) / width
    means = np.stack([np.convolve(column, kernel, mode="same") for column in values.T], axis=1)
    apart = means - np.median(means, axis=0)
    spread = median_abs_deviation(means, axis=0, scale="normal")
    found: Array = np.divide(apart, spread, out=np.zeros_like(apart), where=spread > 1e-9)
    return found
