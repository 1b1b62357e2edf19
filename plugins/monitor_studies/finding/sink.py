"""The sink `event-search`: searches a session for events when its run ends."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from monitor.errors import MonitorError
from monitor.sample import Observation, Sample
from monitor.settings import Settings
from monitor.store import Store
from monitor_studies.finding.search import Search

log = logging.getLogger("monitor")


class EventsSink:
    """Does nothing while the run goes on, and then what `monitor events find` does."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._session_id: int | None = None

    def begin(self, session_id: int, settings: Settings) -> None:
        """Remember which session it is."""
        self._session_id, self._store = session_id, settings.store

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """Peaks and changes are told from all that was recorded, so there is nothing to do yet."""

    def close(self) -> None:
        """Search what was recorded; where that cannot be, say so and leave the session as it is."""
        from monitor_studies.finding.session_events import find_events

        if self._session_id is None:
            return
        try:
            with Store(self._store) as store:
                find_events(store, store.session(self._session_id), self._search)
        except MonitorError as error:
            log.error("%s; session %d was not searched for events", error, self._session_id)
