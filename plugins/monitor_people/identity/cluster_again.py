"""Who is who in a recorded session, looked at once more over the whole, as at the end of a recording."""

from __future__ import annotations

import numpy as np

from monitor.errors import StoreError
from monitor.store import Session, Store
from monitor.store.identities import Identities
from monitor_people.alike import mixed_models
from monitor_people.identity.clustering import cluster


def cluster_again(store: Store, session: Session, threshold: float) -> int:
    """Join the tracks of each source that look alike, by `threshold` as `cluster` does; how many people there are.

    What a person's hand did stays, and tracks of whose looks nothing is known stay with whom they were put to. Raises
    StoreError where that is known of no track, or by several models.
    """
    identities = Identities(store, session)
    if mixed := mixed_models(identities):
        raise StoreError(mixed)
    known = {source: identities.vectors(source)[0] for source in identities.source_ids()}
    if not any(known.values()):
        raise StoreError(
            f"session {session.id}: it is not known how its people look; compute that from the recording: "
            f"monitor people {session.id} vectors"
        )
    persons = identities.person_of_track()
    for source, vectors in known.items():
        if not vectors:
            continue
        sums = np.stack(list(vectors.values())).astype(np.float64)
        apart = set(store.seen_at_once(source))
        found = cluster(list(vectors), sums, apart, threshold, identities.decided(source))
        moved = {
            track: person for track, person in found.items() if persons.get((source, track), track) == track != person
        }
        identities.follow(source, moved)
        identities.assign(source, found)
    return len(identities.people())
