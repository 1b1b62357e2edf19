"""The sink `people`: says which tracks are one person, while a recording runs and once more at its end."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.engine.boxes import overlap
from monitor.errors import MonitorError, StoreAway
from monitor.sample import Box, Face, Observation, Sample
from monitor.settings import Settings
from monitor.store import Store
from monitor.store.found_people import FoundPeople, vector_rows
from monitor.store.identities import Identities
from monitor.store.remembered import remember_named
from monitor.store.spool import Spool
from monitor_people.alike import mixed_models
from monitor_people.identity.gallery import Gallery, Track

MOST_VIEWS = 8
"""Vectors that are taken of one track: the mean of more hardly moves."""
FIRST_VIEWS = 3
"""That are taken whatever the view is like, to know who it is, or fewer where that is sure; later ones where it is
clearly better."""
CLEARLY_BETTER = 1.2
APART_SECONDS = 1.9
"""Least stream time between two views of a track: the next moments show the same again. Where samples are half a second
apart that is every fourth, also where their times are not exact."""
WRITE_SECONDS = 2.0
"""Of wall clock: how far a reader is behind."""
LEAST_SHARED = 0.3
"""Part of their boxes that a face and the one before it in its place share at least: intersection over union."""
NOBODY = 0
"""Person of a track of which it is to be written again who it is."""

log = logging.getLogger("monitor")


class Look(Protocol):
    """Says how a person looks."""

    model: str
    """Names the network; vectors of two cannot be compared."""

    def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
        """A vector of length 1 for the person whose face is in `box` of `image`."""


@dataclass(frozen=True)
class _Before:
    """The sample before, of one source."""

    shot_start_seconds: float
    boxes: Mapping[int, Box]
    """Of each track."""


class PeopleSink:
    """Compares every new track with the people of its source, and writes to the store who it is.

    Pictures of a folder show no stream of time, so nobody in them is looked for in the others.
    """

    def __init__(self, make_look: Callable[[], Look], threshold: float) -> None:
        """`make_look` loads the network; it is called when the first face comes, or when a session is gone on with.
        `threshold`: see `Gallery`."""
        self._make_look = make_look
        self._look: Look | None = None
        self._galleries: defaultdict[int, Gallery] = defaultdict(lambda: Gallery(threshold))
        self._before: dict[int, _Before] = {}
        self._written: dict[int, dict[int, int]] = {}
        self._changed_vectors: set[tuple[int, int]] = set()
        self._write_at = 0.0
        self._is_waiting = False
        self._store: Store | None = None

    def begin(self, session_id: int, settings: Settings) -> None:
        """Know again who was seen in the part of a session that was analysed before. Raises StoreError where the store
        cannot be opened."""
        self._store = Store(settings.store)
        session = self._store.session(session_id)
        self._identities = Identities(self._store, session)
        most_bytes = round(1e6 * settings.spool_megabytes)
        self._spool = Spool(self._store, session_id, session.started_at, settings.spool, most_bytes, what="people")
        self._sources = self._identities.source_ids()
        self._remembers = settings.people.remember
        known = [self._identities.vectors(source)[0] for source in self._sources]
        if any(known):
            self._recall(known)
        self._write_at = time.monotonic() + WRITE_SECONDS

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """Take the faces of a sample. While the database is away, who they are is kept on disk."""
        if sample.frame.file is not None:
            return
        replaced = self._replaced(sample)
        if not sample.faces:
            return
        gallery = self._galleries[sample.frame.source]
        gallery.seen_together(face.track for face in sample.faces)
        for face in sample.faces:
            track, quality = gallery.tracks.get(face.track), view_quality(sample, face)
            views = track.views if track else 0
            if track and sample.frame.seconds - track.last_seconds < APART_SECONDS:
                continue
            better = track is None or quality > CLEARLY_BETTER * track.best_quality
            if (views < FIRST_VIEWS and not gallery.is_sure(face.track)) or (views < MOST_VIEWS and better):
                vector = self._vector(sample.frame.image, face.box)
                gallery.add_view(face.track, vector, quality, sample.frame.seconds, replaced.get(face.track))
                self._changed_vectors.add((sample.frame.source, face.track))
        if time.monotonic() >= self._write_at:
            self._write_or_wait()

    def count_people(self, source: int) -> int:
        """How many people of a source are known by now, those left out whose tracks are all forgotten."""
        return len({track.person for track in self._galleries[source].tracks.values()})

    def _replaced(self, sample: Sample) -> dict[int, int]:
        """New track -> the one in whose place it begins: that was there in the sample before, of the same shot, and is
        not there any more."""
        frame, boxes = sample.frame, {face.track: face.box for face in sample.faces}
        before = self._before.get(frame.source)
        self._before[frame.source] = _Before(frame.shot_start_seconds, boxes)
        if before is None or before.shot_start_seconds != frame.shot_start_seconds:
            return {}
        new, gone = sorted(boxes.keys() - before.boxes.keys()), sorted(before.boxes.keys() - boxes.keys())
        if not new or not gone:
            return {}
        shared = overlap(np.array([boxes[each] for each in new]), np.array([before.boxes[each] for each in gone]))
        return {
            track: gone[int(parts.argmax())]
            for track, parts in zip(new, shared, strict=True)
            if parts.max() >= LEAST_SHARED
        }

    def _vector(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
        if self._look is None:
            self._look = self._make_look()
        return self._look(image, box)

    def _recall(self, known: Sequence[Mapping[int, NDArray[np.float32]]]) -> None:
        """Go on with the tracks that are `known`, of each source track -> how it looks."""
        self._look = self._make_look()
        if mixed := mixed_models(self._identities, self._look.model):
            log.warning("%s", mixed)
            return
        assert self._store is not None
        persons = self._identities.person_of_track()
        for number, (source, vectors) in enumerate(zip(self._sources, known, strict=True), 1):
            for track, vector in vectors.items():
                person = persons.get((source, track), track)
                seen = Track(track, vector.astype(np.float64), MOST_VIEWS, best_quality=1.0, person=person)
                self._galleries[number].tracks[track] = seen
                self._written.setdefault(number, {})[track] = person
            for one, other in self._store.seen_at_once(source):
                self._galleries[number].seen_together((one, other))

    def _write_or_wait(self) -> None:
        """Write what is new; where neither the store nor the disk takes it, it waits here."""
        try:
            self._write()
            self._is_waiting = False
        except StoreAway as error:
            if not self._is_waiting:
                log.warning("%s; who is who waits in memory", error)
            self._is_waiting = True
        self._write_at = time.monotonic() + WRITE_SECONDS

    def _write(self) -> None:
        """Write what changed, who the tracks are and how they look: into the store or, while that is away, to the disk.

        Raises StoreAway where it can be written to neither.
        """
        assert self._store is not None
        followed, persons, written = [], [], {}
        for number, gallery in self._galleries.items():
            source = self._sources[number - 1]
            self._heed_hands(gallery, source)
            written[number] = {track.number: track.person for track in gallery.tracks.values()}
            before = dict(self._written.get(number, {}))
            for gone, stays in gallery.joined:
                followed.append({"source_id": source, "gone": gone, "stays": stays})
                before |= {track: NOBODY for track in written[number] if before.get(track, track) == gone}
            persons += [
                {"source_id": source, "subject": track, "person": person}
                for track, person in written[number].items()
                if before.get(track, track) != person
            ]
        vectors = {
            (self._sources[number - 1], track): self._galleries[number].tracks[track].vector
            for number, track in self._changed_vectors
            if track in self._galleries[number].tracks
        }
        looks = vector_rows(self._look.model, vectors) if self._look is not None else []
        with self._store.errors():
            if followed or persons or looks:
                self._spool.write(FoundPeople(followed, persons, looks, self._identities.session.id))
            else:
                self._spool.write_back()
        self._written |= written
        self._changed_vectors.clear()
        for gallery in self._galleries.values():
            gallery.joined.clear()

    def _heed_hands(self, gallery: Gallery, source: int) -> None:
        """Take over what a person's hand did, where the store can be asked."""
        if not self._spool.is_used:
            with suppress(StoreAway):
                gallery.decide(self._identities.decided(source))

    def close(self) -> None:
        """Look at all tracks of each source once more, together, and write who they are.

        The end of a session has waited for a database that is away by now; where it still is, the next run writes it.
        """
        store, self._store = self._store, None
        if store is None:
            return
        self._store = store
        try:
            for number, gallery in self._galleries.items():
                self._heed_hands(gallery, self._sources[number - 1])
                gallery.settle()
            if self._galleries:
                self._write()
            with store.errors():
                is_written = self._spool.write_back()
            if self._remembers and is_written:
                remember_named(self._identities)
            elif self._remembers:
                log.warning("how people look who have a name is remembered when somebody is named or joined next")
        except StoreAway as error:
            session = self._identities.session.id
            told = (
                "%s; who is who stays as it was last written. When the store is back, compute again from the recording "
                "how people look, and who they are: monitor people %d vectors, monitor people %d cluster"
            )
            log.error(told, error, session, session)
        except MonitorError as error:
            log.error("%s; people stay as they were found while the recording ran", error)
        finally:
            self._spool.close()
            self._store = None
            store.close()


def view_quality(sample: Sample, face: Face) -> float:
    """How good a view of a person's looks a face is: the detector's confidence times the face's height in pixels, up to
    that of a sharp thumbnail."""
    height = (face.box[3] - face.box[1]) * sample.frame.image.shape[0]
    return max(face.score, 0.05) * min(height, 120.0) / 120.0 * (1.0 if face.mesh is not None else 0.5)
