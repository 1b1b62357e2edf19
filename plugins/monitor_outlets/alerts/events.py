"""Alerts as events of the session: a moment while an alert lasts, a stretch of time once it is over."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from functools import partial

import sqlalchemy as sa

from monitor.settings import AlertSettings
from monitor.store import Session, Store, tables
from monitor.store.event_change import EventChange
from monitor.store.events import MOMENT, Event
from monitor.store.spool import Spool
from monitor_outlets.alerts.samples import ANYBODY, RuleAlert, Subject, title
from monitor_outlets.known import Known
from monitor_outlets.people import People

TIER = "alerts"

log = logging.getLogger("monitor")


class AlertEvents:
    """Writes the alerts of one session into the store, and finds there whom a rule is about.

    While the store is away they are kept on disk, in order, as what is recorded is; `write_waiting` is to be called now
    and then.
    """

    def __init__(self, store: Store, session: Session, spool: Spool) -> None:
        self._store = store
        self._session = session
        self._spool = spool
        self._units = {measure.name: measure.unit for own in session.measures.values() for measure in own}
        self._sources = store.sources(session.id)
        self._people = People(store, self._sources)
        self._knows_faces = Known[bool]()
        self._with_faces: set[int] = set()
        """Numbers of sources in which somebody was seen."""
        self._lasting: dict[tuple[str, int], Event] = {}
        self._waiting: deque[EventChange] = deque()
        """What another thread is to write, that was writing something else."""
        self._writing = threading.Lock()

    def write(self, change: RuleAlert) -> None:
        """Log and store that an alert was raised, or has ended; see `write_waiting`."""
        rule, alert, key = change.rule, change.alert, (change.rule.name, change.source)
        if alert.ended_seconds is None:
            words, source = self.words(change), self._sources[change.source - 1]
            log.warning("alert %s in %s at %.1f s: %s", rule.name, source.name, alert.raised_seconds, words)
            event = self._lasting[key] = Event(
                self._session.id,
                MOMENT,
                alert.since_seconds,
                label=rule.name,
                tier=TIER,
                source_id=source.id,
                note=words,
                author="machine",
                made_by=TIER,
                made_at=time.time(),
            )
            self._waiting.append(EventChange(event))
        else:
            event = self._lasting.pop(key)
            if alert.ended_seconds > alert.since_seconds:
                self._waiting.append(EventChange(event, alert.ended_seconds))
        self.write_waiting()

    def write_waiting(self) -> None:
        """Store what waits, unless another thread is about it.

        Raises StoreError where it can be written neither there nor on disk; it is left out then.
        """
        if not self._writing.acquire(blocking=False):
            return
        try:
            with self._store.errors():
                while self._waiting:
                    self._spool.write(self._waiting.popleft())
                self._spool.write_back()
        finally:
            self._writing.release()

    def close(self) -> None:
        """Store what waits, or leave it on disk for the next run, when no other thread writes any more."""
        try:
            self.write_waiting()
        finally:
            self._spool.close()

    def words(self, change: RuleAlert) -> str:
        """What an alert is about."""
        rule, subject = change.rule, change.alert.subject
        words = title(rule, self._units.get(rule.measure or "", ""))
        if subject.analyzer is None:
            return words
        value = f"{change.alert.value:.0%}".replace("%", " %") if rule.share else f"{change.alert.value:.3g}"
        who = "" if subject.track is None else f"{self._people.who(change.source, subject.track)[0]}, "
        return f"{words} ({who}{value}, {subject.analyzer})"

    def note_faces(self, source: int) -> None:
        """Note that somebody was seen in the source of that number, so faces are looked for there."""
        self._with_faces.add(source)

    def is_meant(self, rule: AlertSettings, source: int, subject: Subject) -> bool:
        """Whether a rule is about what was seen of `subject` in the source of that number.

        It is not about people who are left out of all shares, nor about faces that nobody looked for.
        """
        if rule.no_face:
            return self._looks_for_faces(source)
        if subject.track is None:
            return True
        name, ignored = self._people.who(source, subject.track)
        return not ignored and rule.of.casefold() in (ANYBODY, name.casefold())

    def _looks_for_faces(self, source: int) -> bool:
        """Whether the face stage ran for the newest sample stored; while the store is away, for the last it had."""
        return self._knows_faces(source, partial(self._newest_has_faces, source), source in self._with_faces)

    def _newest_has_faces(self, source: int) -> bool:
        table = tables.samples
        newest = sa.select(table.c.faces).where(table.c.source_id == self._sources[source - 1].id)
        row = self._store.row(newest.order_by(table.c.number.desc()).limit(1))
        return row is not None and row["faces"] is not None
