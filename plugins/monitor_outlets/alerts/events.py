"""Alerts as events of the session: a moment while an alert lasts, a stretch of time once it is over."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from monitor.errors import StoreAway
from monitor.settings import AlertSettings
from monitor.store import Session, Store, tables
from monitor.store.events import INTERVAL, MOMENT, Event, add_events, edit_event, events
from monitor_outlets.alerts.samples import ANYBODY, RuleAlert, Subject, title
from monitor_outlets.known import Known
from monitor_outlets.people import People

TIER = "alerts"

log = logging.getLogger("monitor")


class AlertEvents:
    """Writes the alerts of one session into the store, and finds there whom a rule is about.

    While the store is away alerts wait here, in order; `write_waiting` is to be called now and then.
    """

    def __init__(self, store: Store, session: Session) -> None:
        self._store = store
        self._session = session
        self._units = {measure.name: measure.unit for own in session.measures.values() for measure in own}
        self._sources = store.sources(session.id)
        self._people = People(store, self._sources)
        self._knows_faces = Known[bool]()
        self._with_faces: set[int] = set()
        """Numbers of sources in which somebody was seen."""
        self._lasting: dict[tuple[str, int], Event] = {}
        self._waiting: deque[tuple[RuleAlert, str]] = deque()
        """Changes that the store does not have yet, and in words what they are about."""
        self._writing = threading.Lock()
        self._is_away = False

    def write(self, change: RuleAlert) -> None:
        """Log and store that an alert was raised, or has ended; see `write_waiting`."""
        words = self.words(change)
        if change.alert.ended_seconds is None:
            name, at = self._sources[change.source - 1].name, change.alert.raised_seconds
            log.warning("alert %s in %s at %.1f s: %s", change.rule.name, name, at, words)
        self._waiting.append((change, words))
        if not self._is_away:
            self.write_waiting()

    def write_waiting(self) -> bool:
        """Store what waits, unless another thread is about it; whether nothing waits any more.

        Raises StoreError where it cannot be written though the store is not away; that change is left out then.
        """
        if not self._writing.acquire(blocking=False):
            return False
        try:
            while self._waiting:
                try:
                    self._store_change(*self._waiting[0])
                except StoreAway as error:
                    if not self._is_away:
                        log.warning("%s; alerts are written when the store is back", error)
                    self._is_away = True
                    return False
                except BaseException:
                    self._waiting.popleft()
                    raise
                self._waiting.popleft()
            if self._is_away:
                log.warning("the store is back, and has all alerts")
            self._is_away = False
            return True
        finally:
            self._writing.release()

    @property
    def waiting(self) -> int:
        """How many changes the store does not have yet."""
        return len(self._waiting)

    def _store_change(self, change: RuleAlert, words: str) -> None:
        """An event that somebody has changed or deleted meanwhile stays as they left it."""
        rule, alert, key = change.rule, change.alert, (change.rule.name, change.source)
        if alert.ended_seconds is None:
            event = Event(
                self._session.id,
                MOMENT,
                alert.since_seconds,
                label=rule.name,
                tier=TIER,
                source_id=self._sources[change.source - 1].id,
                note=words,
                author="machine",
                made_by=TIER,
            )
            stored = self._stored() if self._is_away else []  # it may have gone away in the moment after it took this
            same = [each for each in stored if replace(each, id=None, made_at=0.0) == event]
            (self._lasting[key],) = same or add_events(self._store, [event], undoable=False)
            return
        kept = self._lasting.get(key)
        if kept is None or kept.id is None:
            return
        if alert.ended_seconds > alert.since_seconds and kept in self._stored():
            edit_event(self._store, kept.id, undoable=False, kind=INTERVAL, end_seconds=alert.ended_seconds)
        del self._lasting[key]

    def _stored(self) -> list[Event]:
        return events(self._store, self._session.id, tiers=[TIER])

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
