"""What a program adds to the events of its session while that runs, as data: it can be kept while the database is
away, and is written once, however often it is tried."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa

from monitor.store import tables
from monitor.store.change_log import log_events
from monitor.store.events import INTERVAL, Event, insert_event


@dataclass(frozen=True)
class EventChange:
    """A new event, or that one which was written before is over. No undo takes it back."""

    event: Event
    """As it was at first, without a number; its `made_at` tells it from others that are alike."""
    end_seconds: float | None = None
    """None adds the event; else it was a moment, and is an interval that ends at this stream time."""

    def write(self, connection: sa.Connection) -> None:
        """Write it, unless that was done before. An event that somebody changed or deleted meanwhile has no end."""
        table, event = tables.events, self.event
        own = {name: getattr(event, name) for name in ("session_id", "source_id", "label", "made_at")}
        is_own = sa.and_(*(table.c[name].is_not_distinct_from(value) for name, value in own.items()))
        there = [Event(**row) for row in connection.execute(sa.select(table).where(is_own)).mappings()]
        if self.end_seconds is None:
            if there:
                return
            changed = [insert_event(connection, event)]
        else:
            changed = [each.id for each in there if each.id is not None and replace(each, id=None) == event]
            over = {"kind": INTERVAL, "end_seconds": self.end_seconds}
            connection.execute(table.update().where(table.c.id.in_(changed)).values(**over))
        log_events(connection, event.session_id, changed)

    def text(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def is_in(line: str) -> bool:
        """Whether a line, cut short or not, begins as what `text` writes."""
        return line.startswith('{"event":')

    @classmethod
    def of_text(cls, line: str) -> EventChange:
        """What `text` wrote. Raises ValueError for a line that is cut short."""
        read = json.loads(line)
        return cls(Event(**read["event"]), read["end_seconds"])
