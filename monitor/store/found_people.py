"""Who the tracks of a session are as far as the machine found it, as data: it can be kept as text while the database is
away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from numpy import float32
from numpy.typing import NDArray

from monitor.store import tables
from monitor.store.batch import bytes_as_text, bytes_of_text
from monitor.store.change_log import log_people
from monitor.store.upsert import upsert

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class FoundPeople:
    """What is new. Tracks that a person's hand put somewhere stay there; written once more it changes nothing."""

    followed: Rows = field(default_factory=list)
    """source_id, gone and stays: everybody whom the machine found to be person `gone` is `stays` now, in that order."""
    persons: Rows = field(default_factory=list)
    """source_id, subject and person: whom a track belongs to after that."""
    vectors: Rows = field(default_factory=list)
    """Of the table of vectors: how tracks look."""
    session_id: int = 0

    def write(self, connection: sa.Connection) -> None:
        """Write all of it."""
        table = tables.track_people
        for each in self.followed:
            is_machines = sa.and_(table.c.source_id == each["source_id"], sa.not_(table.c.by_hand))
            theirs = sa.and_(is_machines, table.c.person == each["gone"])
            tracks = connection.execute(sa.select(table.c.subject).where(theirs)).scalars().all()
            connection.execute(table.update().where(theirs).values(person=each["stays"]))
            log_people(connection, self.session_id, each["source_id"], tracks)
        for source in sorted({each["source_id"] for each in self.persons}):
            put = sa.select(table.c.subject).where(table.c.source_id == source, table.c.by_hand)
            by_hand = set(connection.execute(put).scalars())
            rows = [
                {**each, "by_hand": False}
                for each in self.persons
                if each["source_id"] == source and each["subject"] not in by_hand
            ]
            upsert(connection, table, rows)
            log_people(connection, self.session_id, source, [row["subject"] for row in rows])
        upsert(connection, tables.track_vectors, self.vectors)

    def text(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), default=bytes_as_text)

    @staticmethod
    def is_in(line: str) -> bool:
        """Whether a line, cut short or not, begins as what `text` writes."""
        return line.startswith('{"followed":')

    @classmethod
    def of_text(cls, line: str) -> FoundPeople:
        """What `text` wrote. Raises ValueError for a line that is cut short."""
        return cls(**json.loads(line, object_hook=bytes_of_text))


def vector_rows(model: str, vectors: Mapping[tuple[int, int], NDArray[float32]]) -> Rows:
    """Rows that say how tracks look: of (source_id, track) -> vector (numbers,) of the network that `model` names."""
    return [
        {"source_id": source, "subject": track, "model": model, "vector": vector.astype("<f4").tobytes()}
        for (source, track), vector in vectors.items()
    ]
