"""The people of one source who were seen lately, so that a recorder's memory does not grow with all who ever were."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from monitor.sample import Sample
from monitor.shares import REMEMBERED_SECONDS
from monitor.store.thumbnail import CLEARLY_BETTER, view


@dataclass
class Person:
    """One track, as the store keeps it."""

    first_seconds: float
    last_seconds: float
    samples: int = 0
    quality: float = -1.0
    """Of the thumbnail; negative without one, so that the first view is kept however bad it is."""


@dataclass
class SeenPeople:
    """Gathers what there is to write of a source's people."""

    recall: Callable[[int], Person | None]
    """What the store has of somebody who was forgotten here; None for somebody new."""
    thumbnails: bool = True
    """Whether pictures are kept."""
    blur: bool = False
    """Whether these are blurred."""
    forgotten: int = 0
    """The highest track that was forgotten here; of a higher one the store knows no more than this."""
    _people: dict[int, Person] = field(default_factory=dict)
    _changed: set[int] = field(default_factory=set)
    _thumbnails: dict[int, dict[str, Any]] = field(default_factory=dict)
    _newest_seconds: float = 0.0

    def go_on(self, highest: int, followed: Iterable[int]) -> None:
        """Count on where others were counted before: `highest` is their highest track. Those still `followed` are
        recalled here, and not when a sample has come that would be lost where the store is away."""
        self.forgotten = highest
        recalled = {track: self.recall(track) for track in followed}
        self._people = {track: person for track, person in recalled.items() if person is not None}

    def add(self, sample: Sample) -> None:
        """Count the faces of a sample, and keep the thumbnail of each that is clearly better than the one before."""
        frame = sample.frame
        self._newest_seconds = frame.seconds
        for face in sample.faces:
            person = self._people.get(face.track)
            if person is None:
                known = self.recall(face.track) if face.track <= self.forgotten else None
                person = self._people[face.track] = known or Person(frame.seconds, frame.seconds)
            person.last_seconds = frame.seconds
            person.samples += 1
            self._changed.add(face.track)
            if not self.thumbnails:
                continue
            better = view(frame, face, CLEARLY_BETTER * person.quality, blur=self.blur)
            if better is not None:
                person.quality, jpeg = better
                self._thumbnails[face.track] = {"quality": person.quality, "jpeg": jpeg}

    def changed(self, forget: bool = True) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of people and of thumbnails that changed since the last call; with `forget`, who was not seen lately is
        forgotten: not while the store, which would recall them, does not have them yet."""
        people = [
            {
                "subject": subject,
                "first_seconds": self._people[subject].first_seconds,
                "last_seconds": self._people[subject].last_seconds,
                "samples": self._people[subject].samples,
            }
            for subject in sorted(self._changed)
        ]
        thumbnails = [{"subject": subject, **self._thumbnails[subject]} for subject in sorted(self._thumbnails)]
        self._changed.clear()
        self._thumbnails.clear()
        if forget:
            since = self._newest_seconds - REMEMBERED_SECONDS
            gone = [subject for subject, person in self._people.items() if person.last_seconds < since]
            for subject in gone:
                del self._people[subject]
            self.forgotten = max(self.forgotten, *gone, 0)
        return people, thumbnails
