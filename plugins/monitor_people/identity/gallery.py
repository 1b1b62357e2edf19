"""Who a new track is, while the recording runs: somebody who was seen before, where that is sure, or somebody new.

Its memory does not grow with the length of a recording: of tracks beyond `most_tracks` those that were seen longest ago
are forgotten, first of people who have others. A forgotten track stays with the person whose it was found to be.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor_people.identity.clustering import cluster

Vector = NDArray[np.float32]


@dataclass
class Track:
    """One face that was followed without a break."""

    number: int
    total: NDArray[np.float64]
    """Sum of its vectors, each of length 1, by how well the face was seen."""
    views: int = 0
    """How many vectors that are."""
    best_quality: float = 0.0
    last_seconds: float = 0.0
    person: int = 0
    vector: Vector = field(init=False)
    """How the face looks, of length 1."""

    def __post_init__(self) -> None:
        self.add(self.total, 0.0)

    def add(self, vector: NDArray[np.float64], by: float) -> None:
        """Take one more vector into account, `by` how well the face was seen."""
        self.total = self.total + by * vector
        self.vector = (self.total / max(float(np.linalg.norm(self.total)), 1e-12)).astype(np.float32)


def _last_seen(track: Track) -> float:
    return track.last_seconds


@dataclass
class Gallery:
    """The people of one source.

    A person's number is that of their first track. A track belongs to a person from its first view on; with each
    further one, up to `certain_views`, that is decided again, and whom it then belongs to is joined with everybody who
    looks like them by now.
    """

    threshold: float
    """Least cosine of a track and a person who are the same."""
    certain_views: int = 3
    first_margin: float = 0.05
    """How much more than `threshold` it takes while there are fewer views,"""
    sure_views: int = 2
    """of which so many with that much more make a further one needless."""
    place_margin: float = 0.12
    """How much less than `threshold` it takes for a track to be of the person in whose place it begins: in one shot two
    people rarely change places, and somebody who turns their head is often taken for another face."""
    most_tracks: int = 400
    """That are remembered: as many people, or people with several each."""
    tracks_of_person: int = 4
    """That are kept of each person while others have more."""
    tracks: dict[int, Track] = field(default_factory=dict)
    apart: set[tuple[int, int]] = field(default_factory=set)
    """Pairs of tracks, the lower first, that were seen in one sample: two people."""
    together: dict[int, int] = field(default_factory=dict)
    """Track -> the one before it in its place, of the same person."""
    decided: dict[int, int] = field(default_factory=dict)
    """Track -> person, by a human's hand."""
    doubtful: set[int] = field(default_factory=set)
    """Tracks of fewer views than it takes to be certain, of which more may come."""
    joined: deque[tuple[int, int]] = field(default_factory=deque)
    """Pairs of people who were found to be one, in that order, who is gone and who they are now; forgotten tracks of
    the former are the latter's too, and whoever keeps them takes the pairs out."""

    def decide(self, decided: Mapping[int, int]) -> None:
        """Take over what a human's hand put: track -> person."""
        self.decided = dict(decided)
        for number, person in decided.items():
            if number in self.tracks:
                self.tracks[number].person = person

    def seen_together(self, tracks: Iterable[int]) -> None:
        """Note the tracks of one sample; who was taken for one person is parted, and of tracks that are over it is
        decided who they are."""
        ordered = sorted(tracks)
        for number in sorted(self.doubtful.difference(ordered)):
            self._decide_at_last(number)
        new = {(one, other) for place, one in enumerate(ordered) for other in ordered[place + 1 :]} - self.apart
        self.apart |= new
        for one, other in new:
            first, second = self.tracks.get(one), self.tracks.get(other)
            if first and second and first.person == second.person and other not in self.decided:
                second.person = second.number

    def add_view(self, number: int, vector: Vector, quality: float, seconds: float, replaced: int | None = None) -> int:
        """Take one more view of a track, `vector` of length 1; the person that it now belongs to.

        `replaced` is the track in whose place it began within one shot, where there is one; that is of the same person
        where they look nearly alike, see `place_margin`.
        """
        track = self.tracks.get(number)
        if track is None:
            if len(self.tracks) >= self.most_tracks:
                self._forget()
            track = self.tracks[number] = Track(number, np.zeros(len(vector)), person=number)
        track.add(vector.astype(np.float64), quality)
        if track.views == 0 and replaced in self.tracks and self._goes_on(track, self.tracks[replaced]):
            self.together[number] = replaced
        track.views += 1
        track.best_quality = max(track.best_quality, quality)
        track.last_seconds = seconds
        if track.views <= self.certain_views and number not in self.decided:
            is_certain = track.views == self.certain_views
            track.person = self._nearest(track, self.threshold + (0.0 if is_certain else self.first_margin))
            (self.doubtful.discard if is_certain else self.doubtful.add)(number)
            self._join_alike(track.person)
        return track.person

    def is_sure(self, number: int) -> bool:
        """Whether a track of several views is clearly of the person whom it was found to be, by their other tracks."""
        track = self.tracks.get(number)
        if track is None or track.views < self.sure_views:
            return False
        others = [each for each in self.tracks.values() if each.person == track.person and each is not track]
        return any(cosine >= self.threshold + self.first_margin for _, cosine in _most_alike(track.total, others))

    def _goes_on(self, track: Track, before: Track) -> bool:
        """Whether a track that begins in the place of another is of the same person: they look nearly alike, and nobody
        else is more like it; a track that was looked at only once may be of somebody else who is."""
        others = [each for each in self.tracks.values() if each is not track]
        by_person = dict(_most_alike(track.total, others))
        alike = max(float(track.vector @ before.vector), by_person[before.person])
        if alike < self.threshold - self.place_margin:
            return False
        return (before.views == 1 and self._is_alone(before)) or alike >= max(by_person.values())

    def _is_alone(self, track: Track) -> bool:
        """Whether a track is all that there is of its person."""
        return [each for each in self.tracks.values() if each.person == track.person] == [track]

    def _decide_at_last(self, number: int) -> None:
        """No more views of a track are to be waited for: where it is of nobody yet, what it takes now is what it takes
        at the end of a recording."""
        self.doubtful.remove(number)
        track = self.tracks.get(number)
        if track is not None and self._is_alone(track) and number not in self.decided:
            track.person = self._nearest(track, self.threshold)

    def _forget(self) -> None:
        """Make room: forget the track that was seen longest ago, of the people with more than `tracks_of_person`, but
        not the first of a person; where there is none, the person who was."""
        people = self.people()
        surplus = [
            track
            for person, tracks in people.items()
            if len(tracks) > self.tracks_of_person
            for track in tracks
            if track.number != person
        ]
        if surplus:
            gone = [min(surplus, key=_last_seen)]
            kept = next(track.number for track in people[gone[0].person] if track is not gone[0])
        else:
            gone = min(people.values(), key=lambda tracks: max(map(_last_seen, tracks)))
            kept = None
        for track in gone:
            del self.tracks[track.number]
            self.together = {one: other for one, other in self.together.items() if track.number not in (one, other)}
            theirs = {pair for pair in self.apart if track.number in pair}
            self.apart -= theirs
            if kept is not None:  # who was seen with a forgotten track is not the person whom it was of
                others = {number for pair in theirs for number in pair} - {track.number}
                self.apart |= {(min(kept, other), max(kept, other)) for other in others if other in self.tracks}

    def _nearest(self, track: Track, least: float) -> int:
        """The most similar person, where that is at least `least`, else the track's own number."""
        others = [each for each in self.tracks.values() if each is not track]
        alike = _most_alike(track.total, others)
        if track.number in self.together:
            alike.insert(0, (self.tracks[self.together[track.number]].person, 1.0))
        for person, cosine in alike:
            if cosine < least:
                break
            if not self._are_apart([track], [each for each in others if each.person == person]):
                return person
        return track.number

    def _join_alike(self, person: int) -> None:
        """Join a person of whom there are as many views as it takes to be certain with everybody who is as similar as
        `threshold`; two whom a human's hand put are never joined."""
        by_hand = set(self.decided.values())
        own = [each for each in self.tracks.values() if each.person == person]
        others = [each for each in self.tracks.values() if each.person != person]
        if sum(each.views for each in own) < self.certain_views:
            return
        for other, cosine in _most_alike(np.sum([each.total for each in own], axis=0), others):
            if cosine < self.threshold:
                return
            theirs = [each for each in others if each.person == other]
            if {person, other} <= by_hand or self._are_apart(own, theirs):
                continue
            gone, stays = sorted((person, other), key=lambda each: (each in by_hand, -each))
            for each in (*own, *theirs):
                each.person = stays
            self.joined.append((gone, stays))
            self._join_alike(stays)
            return

    def _are_apart(self, some: Sequence[Track], others: Sequence[Track]) -> bool:
        """Whether any two of both were seen in one sample."""
        pairs = ((one.number, other.number) for one in some for other in others)
        return any((min(pair), max(pair)) in self.apart for pair in pairs)

    def people(self) -> dict[int, list[Track]]:
        """Person -> their tracks."""
        members: dict[int, list[Track]] = {}
        for track in self.tracks.values():
            members.setdefault(track.person, []).append(track)
        return members

    def settle(self) -> Mapping[int, int]:
        """Look at all tracks once more, together: track -> person."""
        numbers = sorted(self.tracks)
        if numbers:
            totals = np.stack([self.tracks[number].total for number in numbers])
            for number, person in cluster(
                numbers, totals, self.apart, self.threshold, self.decided, self.together.items()
            ).items():
                track = self.tracks[number]
                if track.person == number != person:
                    self.joined.append((number, person))
                track.person = person
        return {number: self.tracks[number].person for number in numbers}


def _most_alike(total: NDArray[np.float64], tracks: Sequence[Track]) -> list[tuple[int, float]]:
    """People of these tracks, and the cosines of the sums of their views with `total`, the most similar first."""
    if not tracks:
        return []
    people, place = np.unique([each.person for each in tracks], return_inverse=True)
    belongs = np.zeros((len(people), len(tracks)))
    belongs[place, np.arange(len(tracks))] = 1.0
    totals = belongs @ np.array([each.total for each in tracks])
    lengths = np.linalg.norm(totals, axis=1) * np.linalg.norm(total)
    cosines = totals @ total / np.maximum(lengths, 1e-12)
    order = np.argsort(-cosines, kind="stable")
    return list(zip(people[order].tolist(), cosines[order].tolist(), strict=True))
