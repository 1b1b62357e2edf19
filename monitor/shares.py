"""Emotion shares: how much of the expressed emotion, over a stretch of time, each label has.

share(e) = sum of p_e over samples / sum over all labels and samples
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Observation
from monitor.sampler import period_index

WHOLE_FRAME = 0
"""Subject number that stands for the whole frame where a number is needed; people count from 1."""


@dataclass
class Tally:
    """Running sums of probabilities; adding to it costs the same however much it holds."""

    sums: NDArray[np.float64]
    """(labels,), sum of each label's probability."""
    samples: int = 0

    @classmethod
    def empty(cls, labels: Sequence[str]) -> Tally:
        return cls(np.zeros(len(labels)))

    def add(self, probabilities: Sequence[float]) -> None:
        """Count one sample; `probabilities` in label order."""
        self.sums += probabilities
        self.samples += 1


def shares(sums: Iterable[float]) -> NDArray[np.float64]:
    """Shares from sums of probabilities; they sum to 1, or are all 0 where nothing was observed.

    >>> shares([3.0, 1.0]).tolist()
    [0.75, 0.25]
    """
    array = np.asarray(list(sums), dtype=np.float64)
    total = array.sum()
    return array / total if total > 0 else array


@dataclass(frozen=True, order=True)
class WindowKey:
    """A tumbling window of one subject as one analyzer saw it."""

    analyzer: str
    subject: int
    """Track of a face, or WHOLE_FRAME."""
    index: int
    """The window covers [index, index + 1) * window_seconds of stream time."""


@dataclass
class ShareBook:
    """Tallies of one source: over the whole session and per window.

    Windows that lie behind the newest are dropped from memory once they were taken by `changed`, so memory is flat in
    the length of the stream.
    """

    window_seconds: float
    labels: Mapping[str, Sequence[str]]
    """Analyzer -> its labels in order."""
    totals: dict[tuple[str, int], Tally] = field(default_factory=dict)
    """(analyzer, subject) -> tally over the whole session."""
    _windows: dict[WindowKey, Tally] = field(default_factory=dict)
    _changed: set[WindowKey] = field(default_factory=set)

    def add(self, observation: Observation) -> None:
        """Count one observation in its window and in the total."""
        labels = self.labels[observation.analyzer]
        probabilities = [observation.scores[label] for label in labels]
        subject = WHOLE_FRAME if observation.subject is None else observation.subject
        key = WindowKey(observation.analyzer, subject, period_index(observation.seconds, self.window_seconds))
        for tally in (
            self.totals.setdefault((observation.analyzer, subject), Tally.empty(labels)),
            self._windows.setdefault(key, Tally.empty(labels)),
        ):
            tally.add(probabilities)
        self._changed.add(key)

    def changed(self) -> dict[WindowKey, Tally]:
        """Windows that changed since the last call, with their tallies so far; windows that are over are forgotten."""
        changed = {key: self._windows[key] for key in sorted(self._changed)}
        self._changed.clear()
        newest = max((key.index for key in self._windows), default=0)
        self._windows = {key: tally for key, tally in self._windows.items() if key.index >= newest}
        return changed
