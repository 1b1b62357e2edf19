"""Counts the people that are listed while a recording runs."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.sample import Observation, Sample
from monitor.settings import Settings
from monitor_people.identity.sink import PeopleSink


class CountedPeople:
    """The sink `people`, of which is noted after every sample how many people it knows."""

    def __init__(self, sink: PeopleSink) -> None:
        self._sink = sink
        self.most = 0
        """People that were known at one time."""

    def begin(self, session_id: int, settings: Settings) -> None:
        """Raises StoreError where the store cannot be opened."""
        self._sink.begin(session_id, settings)

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """Take the faces of a sample."""
        self._sink.write(sample, observations)
        self.most = max(self.most, self._sink.count_people(sample.frame.source))

    def close(self) -> None:
        """Look at all tracks once more."""
        self._sink.close()
