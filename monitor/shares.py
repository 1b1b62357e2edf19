"""Emotion shares: how much of the expressed emotion, over a stretch of time, each label has; measures beside them.

share(e) = sum of p_e over samples / sum over all labels and samples
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from monitor.moments import Moments
from monitor.sample import Observation
from monitor.sources.sampler import period_index

WHOLE_FRAME = 0
"""Subject number that stands for the whole frame where a number is needed; people count from 1."""
REMEMBERED_SECONDS = 60.0
"""Stream time after which a subject who is not observed any more is forgotten by whoever counts; the store keeps it."""


@dataclass
class Tally:
    """Running sums of probabilities and moments of measures; adding costs the same however much it holds."""

    sums: NDArray[np.float64]
    """(labels,), sum of each label's probability."""
    moments: Moments
    """Of each measure."""
    samples: int
    counted_sums: NDArray[np.float64]
    """(labels,), of the samples that count in shares."""
    counted: int
    """How many these are."""

    @classmethod
    def empty(cls, labels: int, measures: int) -> Tally:
        return cls(np.zeros(labels), Moments.empty(measures), 0, np.zeros(labels), 0)

    def add(self, probabilities: NDArray[np.float64], values: NDArray[np.float64], counts: bool = True) -> None:
        """Add one sample; `probabilities` in label order, `values` in the order of the measures, NaN for none. `counts`
        says whether the quality gate lets it into the shares."""
        self.sums += probabilities
        if len(values):
            self.moments.add(values)
        self.samples += 1
        if counts:
            self.counted_sums += probabilities
            self.counted += 1


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


Recall = Callable[[str, int], Tally | None]
"""(analyzer, subject) -> the stored total of somebody whom a book has forgotten; None for somebody new."""


@dataclass
class ShareBook:
    """Tallies of one source: over the whole session and per window.

    Memory is flat in the length of the stream: once they were taken by `changed`, windows that lie behind the newest
    are dropped, and so are totals of subjects not observed for REMEMBERED_SECONDS. Who comes back after that is
    recalled from the store.
    """

    window_seconds: float
    labels: Mapping[str, Sequence[str]]
    """Analyzer -> its labels in order."""
    measures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Analyzer -> names of its measures in order."""
    recall: Recall = lambda analyzer, subject: None
    _totals: dict[tuple[str, int], Tally] = field(default_factory=dict)
    _seen: dict[tuple[str, int], float] = field(default_factory=dict)
    """Key of a total -> stream time of its newest observation."""
    _forgotten: dict[str, int] = field(default_factory=dict)
    """Analyzer -> the highest subject that it has forgotten; of a higher one the store knows no more than this."""
    _windows: dict[WindowKey, Tally] = field(default_factory=dict)
    _changed: set[WindowKey] = field(default_factory=set)

    def go_on(self, highest: int, windows: Mapping[WindowKey, Tally], followed: Iterable[int], seconds: float) -> None:
        """Count on where another book ended, after `seconds` of stream time: `highest` is the highest subject it knew,
        `windows` are those not over yet. Totals of the whole frame and of those still `followed` are recalled here,
        and not when a sample has come that would be lost where the store is away."""
        self._forgotten = dict.fromkeys(self.labels, highest)
        self._windows = dict(windows)
        for analyzer, subject in product(self.labels, (WHOLE_FRAME, *followed)):
            known = self.recall(analyzer, subject)
            if known is not None:
                self._totals[analyzer, subject], self._seen[analyzer, subject] = known, seconds

    def add(self, observation: Observation, counts: bool = True) -> None:
        """Add one observation to its window and to the total; `counts` as in `Tally.add`."""
        analyzer = observation.analyzer
        labels, measures = self.labels[analyzer], self.measures.get(analyzer, ())
        probabilities = np.array([observation.scores[label] for label in labels])
        values = np.array([observation.measures.get(name, np.nan) for name in measures])
        subject = WHOLE_FRAME if observation.subject is None else observation.subject
        total = (analyzer, subject)
        if total not in self._totals:
            known = self.recall(analyzer, subject) if subject <= self._forgotten.get(analyzer, -1) else None
            self._totals[total] = known or Tally.empty(len(labels), len(measures))
        window = WindowKey(analyzer, subject, period_index(observation.seconds, self.window_seconds))
        if window not in self._windows:
            self._windows[window] = Tally.empty(len(labels), len(measures))
        self._windows[window].add(probabilities, values, counts)
        self._changed.add(window)
        self._totals[total].add(probabilities, values, counts)
        self._seen[total] = observation.seconds

    def changed(self, forget: bool = True) -> tuple[dict[WindowKey, Tally], dict[tuple[str, int], Tally]]:
        """Windows, and totals by (analyzer, subject), that changed since the last call, with their tallies so far.

        Windows that are over are forgotten, and with `forget` totals of subjects that are gone: not while the store,
        which would recall them, does not have them yet.
        """
        windows = {key: self._windows[key] for key in sorted(self._changed)}
        totals = {key: self._totals[key] for key in sorted({(key.analyzer, key.subject) for key in self._changed})}
        self._changed.clear()
        newest = max((key.index for key in self._windows), default=0)
        self._windows = {key: tally for key, tally in self._windows.items() if key.index >= newest}
        if forget:
            self._forget(max(self._seen.values(), default=0.0) - REMEMBERED_SECONDS)
        return windows, totals

    def _forget(self, since: float) -> None:
        """Forget the totals of subjects that were not observed `since`."""
        gone = [key for key, seconds in self._seen.items() if seconds < since and key[1] != WHOLE_FRAME]
        for analyzer, subject in gone:
            del self._seen[analyzer, subject], self._totals[analyzer, subject]
            self._forgotten[analyzer] = max(subject, self._forgotten.get(analyzer, subject))
