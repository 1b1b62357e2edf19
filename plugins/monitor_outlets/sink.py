"""The sink `outlets`: watches the alert rules of the settings while a run goes on, and feeds the outlets."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from functools import partial

from monitor.errors import MonitorError
from monitor.sample import Observation, Sample
from monitor.settings import Settings
from monitor.store import Store
from monitor.store.spool import Spool
from monitor_outlets.alerts.events import AlertEvents
from monitor_outlets.alerts.lost_streams import LostStreams
from monitor_outlets.alerts.samples import RuleAlert, SampleAlerts, check_rules, seen_too_badly
from monitor_outlets.delivery import CLOSE_SECONDS, Delivery
from monitor_outlets.messages import Messages
from monitor_outlets.options import read_outlets
from monitor_outlets.outlet import Message
from monitor_outlets.outlets import outlets_of
from monitor_outlets.people import People

LOOK_SECONDS = 0.5
"""How often the store is asked whether a stream is lost, and for complete windows; the engine writes as often."""

log = logging.getLogger("monitor")


class OutletsSink:
    """Does nothing where no outlet of the settings is on and there are no alerts.

    An outlet that does not work costs nothing but its own messages. Each time that one begins not to work is a fault of
    this sink, so that it is logged, stored and shown like any other.
    """

    def __init__(self) -> None:
        self._store: Store | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._is_away = False
        self._thread: threading.Thread | None = None
        self._deliveries: dict[str, Delivery] = {}
        self._wanted: dict[str, Collection[str]] = {}

    def begin(self, session_id: int, settings: Settings) -> None:
        """Raises ConfigError for a rule about what no analyzer of the run gives, and for an outlet that cannot be as
        the settings want it; StoreError where the store is gone."""
        options = read_outlets(settings.outlets)
        if not settings.alerts and not options.chosen():
            return
        self._store = store = Store(settings.store)
        session = store.session(session_id)
        measures = {analyzer: [each.name for each in own] for analyzer, own in session.measures.items()}
        check_rules(settings.alerts, session.labels, measures)
        sources = store.sources(session_id)
        self._messages = Messages(session, sources, People(store, sources))
        most_bytes = round(1e6 * settings.spool_megabytes)
        spool = Spool(store, session_id, session.started_at, settings.spool, most_bytes, what="alerts")
        self._events = AlertEvents(store, session, spool)
        gate = None if session.all_samples else session.quality
        self._lets_in = gate.lets_in if gate else None
        self._seen = SampleAlerts(settings.alerts, settings.every_seconds, self._lets_in)
        self._lost = LostStreams(settings.alerts)
        for name, make in outlets_of(options, session).items():
            self._wanted[name] = options.chosen()[name].send
            self._deliveries[name] = Delivery(name, make, options.chosen()[name].most_waiting)
        if settings.alerts or self._is_wanted("window"):
            look = partial(self._look, store, session_id)
            self._thread = threading.Thread(target=look, name="outlets", daemon=True)
            self._thread.start()

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """While the store is away alerts are kept on disk, and are sent all the same.

        Raises StoreError where an alert can be written neither there nor into the store, MonitorError where an outlet
        begins not to work."""
        if self._store is None:
            return
        if self._is_wanted("observation"):
            outside = seen_too_badly(observations, self._lets_in)
            self._send(self._messages.observation(sample, seen, seen.subject not in outside) for seen in observations)
        if sample.faces:
            self._events.note_faces(sample.frame.source)
        self._tell(self._seen.feed(sample, observations, self._events.is_meant))
        troubles = [trouble for delivery in self._deliveries.values() if (trouble := delivery.take_trouble())]
        if troubles:
            raise MonitorError("; ".join(troubles))

    def _look(self, store: Store, session_id: int) -> None:
        """Until the run is over: write alerts that wait, ask the store whether a stream is lost, and for complete
        windows."""
        while not self._over.wait(LOOK_SECONDS):
            try:
                self._events.write_waiting()
                if self._lost.rules:
                    self._tell(self._lost.feed(store.sources(session_id), time.monotonic()))
                if self._is_wanted("window"):
                    self._send(self._messages.windows(store))
            except MonitorError as error:  # the store may be away for a while
                if not self._is_away:
                    log.error("%s; lost streams and windows have to wait", error)
                self._is_away = True
            else:
                self._is_away = False

    def _tell(self, changes: Iterable[RuleAlert]) -> None:
        """Write alerts into the store, and send them."""
        with self._lock:
            for change in changes:
                self._send([self._messages.alert(change, self._events.words(change))])
                self._events.write(change)

    def _is_wanted(self, kind: str) -> bool:
        return any(kind in kinds for kinds in self._wanted.values())

    def _send(self, messages: Iterable[Message]) -> None:
        for message in messages:
            for name, delivery in self._deliveries.items():
                if message["kind"] in self._wanted[name]:
                    delivery.put(message)

    def close(self) -> None:
        """Alerts that last end with the run; outlets get a moment for what is still on its way."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        store, self._store = self._store, None
        if store is None:
            return
        try:
            if self._is_wanted("window"):
                self._send(self._messages.windows(store))
        except MonitorError as error:
            log.error("%s; the last windows are not sent", error)
        try:
            with closing(self._events):
                self._tell([*self._seen.close(), *self._lost.close()])
        except MonitorError as error:
            log.error("%s; the last alerts are missing there", error)
        finally:
            store.close()
            until = time.monotonic() + CLOSE_SECONDS
            for delivery in self._deliveries.values():
                delivery.close(max(0.0, until - time.monotonic()))
