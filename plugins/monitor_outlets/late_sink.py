"""The sink `outlets` until there is something for it to do: most runs have neither alerts nor outlets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.sample import Observation, Sample
from monitor.settings import Settings

if TYPE_CHECKING:
    from monitor_outlets.sink import OutletsSink


class LateSink:
    """Imports and becomes the `OutletsSink` where the settings have alerts or outlets."""

    def __init__(self) -> None:
        self._sink: OutletsSink | None = None

    def begin(self, session_id: int, settings: Settings) -> None:
        """Raises what `OutletsSink.begin` does."""
        if settings.alerts or settings.outlets:
            from monitor_outlets.sink import OutletsSink

            self._sink = OutletsSink()
            self._sink.begin(session_id, settings)

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """Raises what `OutletsSink.write` does."""
        if self._sink is not None:
            self._sink.write(sample, observations)

    def close(self) -> None:
        if self._sink is not None:
            self._sink.close()
