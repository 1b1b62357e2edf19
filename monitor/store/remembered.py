"""People who are to be known again in later sessions, and forgetting them.

Biometric data: kept only where `[people] remember` asks for it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from monitor.errors import StoreError
from monitor.store import tables
from monitor.store.change_log import log_people
from monitor.store.database import Database
from monitor.store.identities import Identities, Person
from monitor.store.removal import compact
from monitor.store.upsert import upsert

Vector = NDArray[np.float32]


def remember(store: Database, name: str, model: str, vector: Vector) -> None:
    """Keep how somebody looks, `vector` (numbers,) of length 1 by the network that `model` names, in place of what that
    network said of them before."""
    row = {"name": name, "model": model, "vector": vector.astype("<f4").tobytes(), "made_at": time.time()}
    with store.errors(), store.engine.begin() as connection:
        upsert(connection, tables.remembered_people, [row])


def remember_named(identities: Identities) -> None:
    """Keep how the people of a session look who have a name."""
    named = [(person, person.name) for person in identities.people() if person.name]
    for source in sorted({person.source_id for person, _ in named}):
        vectors, models = identities.vectors(source)
        if len(models) != 1:
            continue
        (model,) = models
        for person, name in named:
            vector = mean_vector(person, vectors) if person.source_id == source else None
            if vector is not None:
                remember(identities.store, name, model, vector)


def mean_vector(person: Person, vectors: Mapping[int, Vector]) -> Vector | None:
    """How a person looks, of length 1; None where no track of theirs has a vector."""
    known = [vectors[track] for track in person.tracks if track in vectors]
    if not known:
        return None
    mean = np.mean(known, axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def remembered(store: Database) -> dict[str, dict[str, Vector]]:
    """Name -> model -> how that person looks, in order of the names."""
    table = tables.remembered_people
    found: dict[str, dict[str, Vector]] = {}
    for row in store.rows(sa.select(table).order_by(table.c.name)):
        vector = np.frombuffer(row["vector"], "<f4").astype(np.float32)
        found.setdefault(row["name"], {})[row["model"]] = vector
    return found


def forget(store: Database, name: str) -> int:
    """Forget everybody of that name, in all sessions; in how many they were.

    Gone are the name, how they look, pictures of their tracks, and edits that tell the name. Shares stay, of somebody
    without a name. Raises StoreError where nobody has that name, and nothing is remembered of it.
    """
    people, names, tracks_of = tables.people, tables.person_names, tables.track_people
    known = tables.remembered_people
    with store.errors(), store.engine.begin() as connection:
        was_remembered = connection.execute(known.delete().where(known.c.name == name)).rowcount
        session_of = sa.select(names.c.source_id, names.c.person, tables.sources.c.session_id)
        session_of = session_of.join(tables.sources, tables.sources.c.id == names.c.source_id)
        named = connection.execute(session_of.where(names.c.name == name)).all()
        for source, person, session in named:
            own = sa.select(people.c.subject).outerjoin(
                tracks_of, sa.and_(tracks_of.c.source_id == source, tracks_of.c.subject == people.c.subject)
            )
            own = own.where(
                people.c.source_id == source, sa.func.coalesce(tracks_of.c.person, people.c.subject) == person
            )
            tracks = [int(track) for (track,) in connection.execute(own)]
            for table in (tables.thumbnails, tables.track_vectors):
                connection.execute(table.delete().where(table.c.source_id == source, table.c.subject.in_(tracks)))
            is_it = sa.and_(names.c.source_id == source, names.c.person == person)
            connection.execute(names.update().where(is_it).values(name=None))
            log_people(connection, session, source, tracks)
        edits = _forget_edits(connection, name)
    if not (was_remembered or named or edits):
        raise StoreError(f"nobody is called {name!r} in store {store.address}")
    compact(store)
    return len({session for _, _, session in named})


def _forget_edits(connection: sa.Connection, name: str) -> int:
    """Take out edits, of any session, that tell a name; those before and after them can still be undone."""
    table = tables.people_edits
    telling = [
        row.id
        for row in connection.execute(sa.select(table.c.id, table.c.what, table.c.before))
        if name in row.what or any(each["name"] == name for each in row.before["rows"]["person_names"])
    ]
    if telling:
        connection.execute(table.delete().where(table.c.id.in_(telling)))
    return len(telling)
