"""How the people of a recorded session look, computed again from its recordings, for another version of the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from monitor.errors import StoreError
from monitor.sample import Box, Frame
from monitor.sources import open_source
from monitor.store import tables
from monitor.store.identities import Identities
from monitor_people.identity.sink import MOST_VIEWS, Look

Seen = tuple[int, Box]
"""Track and place of a face."""
SLACK_SECONDS = 1e-3


def look_again(identities: Identities, look: Look) -> int:
    """Replace the vectors of all tracks by those of `look`, each the mean over its largest faces; how many there are.

    Raises StoreError where a recording is not there any more; the vectors of all its tracks then stay.
    """
    paths: dict[int, str] = {}
    for source, (name, path) in identities.recordings().items():
        if path is None or not Path(path).is_file():
            raise StoreError(
                f"{name}: how its people look can be computed again only from the recording, and that is not at "
                f"{path or 'a path'}; put it back there, or analyse it again where it is now: monitor run"
            )
        paths[source] = path
    vectors: dict[tuple[int, int], list[NDArray[np.float32]]] = defaultdict(list)
    for source, path in paths.items():
        for track, vector in _looks(path, _largest(identities, source), identities.session.every_seconds, look):
            vectors[source, track].append(vector)
    means = {key: np.mean(views, axis=0) for key, views in vectors.items()}
    kept = {key: (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32) for key, mean in means.items()}
    identities.keep_vectors(look.model, kept)
    return len(kept)


def _largest(identities: Identities, source: int) -> dict[float, list[Seen]]:
    """Seconds of a sample -> the faces in it that are among the largest MOST_VIEWS of their track."""
    table = tables.observations
    names = ("seconds", "subject", "left", "top", "right", "bottom")
    is_face = sa.and_(table.c.source_id == source, table.c.subject.is_not(None), table.c.left.is_not(None))
    views: dict[int, dict[float, dict[str, Any]]] = defaultdict(dict)
    for row in identities.store.rows(sa.select(*(table.c[name] for name in names)).where(is_face)):
        views[row["subject"]][row["seconds"]] = row
    chosen: dict[float, list[Seen]] = defaultdict(list)
    for track, rows in views.items():
        for row in sorted(rows.values(), key=lambda row: row["top"] - row["bottom"])[:MOST_VIEWS]:
            chosen[row["seconds"]].append((track, (row["left"], row["top"], row["right"], row["bottom"])))
    return chosen


def _looks(
    path: str, faces: dict[float, list[Seen]], every_seconds: float, look: Look
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Track and vector of each of `faces`, from the recording."""
    if not faces:
        return
    wanted = np.array(sorted(faces))
    with closing(open_source(path, every_seconds=every_seconds)) as recording:
        for frame in recording.samples():
            if not isinstance(frame, Frame):
                continue
            nearest = float(wanted[np.abs(wanted - frame.seconds).argmin()])
            if abs(nearest - frame.seconds) <= SLACK_SECONDS:
                for track, box in faces[nearest]:
                    yield track, look(frame.image, box)
