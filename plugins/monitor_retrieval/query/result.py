"""What a search finds."""

from __future__ import annotations

from dataclasses import dataclass

from monitor_retrieval.moment import Moment


@dataclass(frozen=True)
class SearchResult:
    """Moments, the best first."""

    query: str
    """What was searched for, in words."""
    measure: str
    """What the moments are ordered by: `distance`, `novelty`, or the emotion that was searched for."""
    moments: list[Moment]
    like: Moment | None = None
    """The moment or picture that was searched with."""

    def value(self, moment: Moment) -> float:
        """The measure of one of the moments: a cosine distance in [0, 2], or a probability."""
        value = {"distance": moment.distance, "novelty": moment.novelty}.get(self.measure)
        return moment.scores.get(self.measure, 0.0) if value is None else value
