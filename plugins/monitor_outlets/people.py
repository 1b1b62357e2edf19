"""Who the tracks of a run are, as the store has it: what a person's hand changed counts from the next look on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa

from monitor.store import Source, Store, tables
from monitor.store.by_person import person, with_people
from monitor_outlets.known import Known

KNOWN_SECONDS = 2.0
"""Of wall clock for which `title` believes what it has read."""


class People:
    """The people of the sources of one session."""

    def __init__(self, store: Store, sources: Sequence[Source]) -> None:
        self._store = store
        self._sources = sources
        self._known = Known[tuple[str, bool]]()
        self._titles: dict[tuple[int, int], str] = {}
        self._since = 0.0

    def who(self, source: int, track: int) -> tuple[str, bool]:
        """How the person of a track of the source of that number is called, and whether they are left out of all
        shares; while the store is away, as it last was, or by the track.

        Raises StoreError where the store cannot be read for another reason."""
        return self._known((source, track), partial(self._read, source, track), (f"person {track}", False))

    def _read(self, source: int, track: int) -> tuple[str, bool]:
        table, names = tables.people, tables.person_names
        found = with_people(
            sa.select(person(table).label("number"), names.c.name, names.c.ignored), table, ignored=True
        )
        row = self._store.row(found.where(table.c.source_id == self._sources[source - 1].id, table.c.subject == track))
        if row is None:  # not written yet
            return f"person {track}", False
        return row["name"] or f"person {row['number']}", bool(row["ignored"])

    def title(self, source: int, track: int) -> str:
        """How the person of a track is called, at most KNOWN_SECONDS ago; while the store is away, see `who`."""
        now = time.monotonic()
        if now - self._since > KNOWN_SECONDS:
            self._titles, self._since = {}, now
        titles = self._titles  # another thread may begin again meanwhile
        if (source, track) not in titles:
            titles[source, track] = self.who(source, track)[0]
        return titles[source, track]
