"""The sink `people`: says which tracks are one person, while a recording runs and once more at its end."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.engine.boxes import overlap
from monitor.errors import MonitorError, StoreAway
from monitor.sample import Box, Face, Observation, Sample
from monitor.settings import Settings
from monitor.store import Store
from monitor.store.identities import Identities
from monitor.store.remembered import remember_named
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
AWAY_SECONDS = 10.0
"""Between two tries to reach a database that is away; each may wait for it for a while."""

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
        self._is_away = False
        self._store: Store | None = None

    def begin(self, session_id: int, settings: Settings) -> None:
        """Know again who was seen in the part of a session that was analysed before. Raises StoreError where the store
        cannot be opened."""
        self._store = Store(settings.store)
        self._identities = Identities(self._store, self._store.session(session_id))
        self._sources = self._identities.source_ids()
        self._remembers = settings.people.remember
        known = [self._identities.vectors(source)[0] for source in self._sources]
        if any(known):
            self._recall(known)
        self._write_at = time.monotonic() + WRITE_SECONDS

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """Take the faces of a sample. While the database is away, who they are waits here, and is written when it is
        back."""
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
            self._write_unless_away()

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

    def _write_unless_away(self) -> None:
        try:
            self._write()
        except StoreAway as error:
            if not self._is_away:
                log.warning("%s; who is who is written when the store is back", error)
            self._is_away = True
            self._write_at = time.monotonic() + AWAY_SECONDS
            return
        if self._is_away:
            log.warning("the store is back, and knows who is who")
        self._is_away = False
        self._write_at = time.monotonic() + WRITE_SECONDS

    def _write(self) -> None:
        """Write what changed: who the tracks are, and how they look."""
        assert self._store is not None
        for number, gallery in self._galleries.items():
            source = self._sources[number - 1]
            gallery.decide(self._identities.decided(source))
            persons = {track.number: track.person for track in gallery.tracks.values()}
            written = self._written.setdefault(number, {})
            while gallery.joined:
                gone, stays = gallery.joined[0]
                self._identities.follow(source, {gone: stays})
                gallery.joined.popleft()
                written |= {track: NOBODY for track in persons if written.get(track, track) == gone}
            changed = {track: person for track, person in persons.items() if written.get(track, track) != person}
            if changed:
                self._identities.assign(source, changed)
            self._written[number] = persons
        vectors = {
            (self._sources[number - 1], track): self._galleries[number].tracks[track].vector
            for number, track in self._changed_vectors
            if track in self._galleries[number].tracks
        }
        if self._look is not None and vectors:
            self._identities.keep_vectors(self._look.model, vectors)
        self._changed_vectors.clear()

    def close(self) -> None:
        """Look at all tracks of each source once more, together, and write who they are.

        The end of a session has waited for a database that is away by now; where it still is, that is said, and what to
        do.
        """
        store, self._store = self._store, None
        if store is None:
            return
        self._store = store
        try:
            for number, gallery in self._galleries.items():
                source = self._sources[number - 1]
                gallery.decide(self._identities.decided(source))
                gallery.settle()
            if self._galleries:
                self._write()
            if self._remembers:
                remember_named(self._identities)
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
            self._store = None
            store.close()


def view_quality(sample: Sample, face: Face) -> float:
    """How good a view of a person's looks a face is: the detector's confidence times the face's height in pixels, up to
    that of a sharp thumbnail."""
    height = (face.box[3] - face.box[1]) * sample.frame.image.shape[0]
    return max(face.score, 0.05) * min(height, 120.0) / 120.0 * (1.0 if face.mesh is not None else 0.5)
