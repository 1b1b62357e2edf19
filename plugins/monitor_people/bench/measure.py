"""Analyses recordings whose people are known, and says how well they are told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.plugin import FaceDetector
from monitor.plugin.registry import Plugins
from monitor.settings import Settings
from monitor_people.bench import followed as follow
from monitor_people.bench import wide_shot
from monitor_people.bench.actors import Actor
from monitor_people.bench.edited import SHOT_SECONDS, Shot, actor_at, clip_lengths, cut_plan, write_recording
from monitor_people.bench.identities import Moment, idf1
from monitor_people.bench.long_show import LongShow
from monitor_people.bench.looks import VARIANTS, Look, other_light
from monitor_people.bench.recorded import Recorded, Seen, record
from monitor_people.bench.scores import BCubed, b_cubed

Compared = tuple[Sequence[int], Sequence[Seen], NDArray[np.float64]]
"""Of one sample: who is there, the faces found, and the distances of both, as `Moment` has them."""


@dataclass(frozen=True)
class Result:
    """Of one recording."""

    recording: str
    people: int
    """Who are there,"""
    found: int
    """how many were found at its end,"""
    most: int
    """and most that were listed at one time before."""
    precision: float | None
    """B-cubed, of edited recordings; there one person is seen at a time."""
    recall: float | None
    f1: float | None
    tracks_idf1: float
    """IDF1 of the tracks, before any of them are joined,"""
    idf1: float
    """and of the people."""
    seen: float
    """Part of the samples in which a face was found."""
    mixed_tracks: int | None
    """Tracks of an edited recording that hold two people,"""
    mixed_people: int | None
    """and people who were found and are two."""
    people_ms: float
    """Wall clock of telling people apart, by face,"""
    measures_ms: float
    """and of measuring faces, by sample."""
    growth_megabytes: float | None = None
    """Memory that was taken between a quarter of a long recording and its end."""


@dataclass(frozen=True)
class Bench:
    """What all measurements share."""

    people: Sequence[Actor]
    shots: int
    """Of each person in an edited recording."""
    seed: int
    folder: Path
    """Where recordings are written."""
    settings: Settings
    plugins: Plugins

    def edited(self) -> Iterator[Result]:
        """Of one recording of each of VARIANTS."""
        for name in VARIANTS:
            path, plan = self.cut(name)
            yield of_shots(name, len(self.people), plan, record(str(path), self.settings, self.plugins))

    def cut(self, name: str) -> tuple[Path, list[Shot]]:
        """Write an edited recording, the one of that name among VARIANTS; where it is, and what it shows."""
        path = self.folder / f"{name.replace(' ', '-')}.mp4"
        plan = self._plan(self.shots, VARIANTS[name])
        write_recording(path, self.people, plan)
        return path, plan

    def wide(self) -> Result:
        """Of the wide shot, in which three people are seen at once."""
        path = self.folder / "wide-shot.mp4"
        wide_shot.write_wide_shot(path, self.people)
        recorded = record(str(path), self.settings, self.plugins)
        compared: list[Compared] = []
        for seconds, faces in recorded.samples.items():
            true = wide_shot.truth(wide_shot.WALKS, seconds)
            apart = wide_shot.distances(true, [face.middle for face in faces])
            compared.append((list(true), faces, apart))
        return of_places("wide shot", recorded, compared)

    def followed(self, clip: Path, detector: FaceDetector) -> Result:
        """Of a clip of one shot. Raises SourceError where it cannot be read."""
        recorded = record(str(clip), self.settings, self.plugins)
        compared: list[Compared] = []
        for seconds, true in follow.followed(clip, detector, recorded.samples).items():
            faces = recorded.samples[seconds]
            compared.append(([face.track for face in true], faces, follow.distances(true, faces)))
        return of_places(clip.stem, recorded, compared)

    def long(self, hours: float) -> Result:
        """Of shots of everybody in other light, for hours."""
        mean_seconds = sum(SHOT_SECONDS) / 2
        each = max(1, round(3600 * hours / mean_seconds / len(self.people)))
        plan = self._plan(each, other_light)
        show = LongShow(self.people, plan, self.settings.every_seconds)
        recorded = record(show, self.settings, self.plugins)
        name = f"{hours:g} h in other light"
        return of_shots(name, len(self.people), plan, recorded, show.growth_megabytes)

    def _plan(self, shots: int, look: Callable[[Generator], Look]) -> list[Shot]:
        random = np.random.default_rng(self.seed)
        return cut_plan(len(self.people), shots, look, random, clip_lengths(self.people))


def of_shots(
    name: str,
    people: int,
    plan: Sequence[Shot],
    recorded: Recorded,
    growth_megabytes: float | None = None,
) -> Result:
    """Of a recording with cuts; where several faces were found in a sample, the one in the middle counts."""
    compared: list[Compared] = []
    true, found = [], []
    for seconds, faces in recorded.samples.items():
        actor = actor_at(plan, seconds)
        compared.append(([actor], faces, np.zeros((1, len(faces)))))
        if faces:
            true.append(actor)
            found.append(min(faces, key=lambda face: abs(face.middle - 0.5)))
    persons = [face.person for face in found]
    score, seen = b_cubed(true, persons), len(true) / max(len(recorded.samples), 1)
    mixed = number_mixed(true, [face.track for face in found]), number_mixed(true, persons)
    return _result(name, people, recorded, compared, seen, score, mixed, growth_megabytes)


def number_mixed(true: Sequence[int], found: Sequence[int]) -> int:
    """How many of what was `found` in samples hold more than one of those who are `true` there."""
    held: defaultdict[int, set[int]] = defaultdict(set)
    for each, one in zip(found, true, strict=True):
        held[each].add(one)
    return sum(len(people) > 1 for people in held.values())


def of_places(name: str, recorded: Recorded, compared: Sequence[Compared]) -> Result:
    """Of a recording in which several people are seen at once."""
    people = {number for true, _, _ in compared for number in true}
    there = sum(len(true) for true, _, _ in compared)
    seen = sum(min(len(faces), len(true)) for true, faces, _ in compared) / max(there, 1)
    return _result(name, len(people), recorded, compared, seen)


def _result(
    name: str,
    people: int,
    recorded: Recorded,
    compared: Sequence[Compared],
    seen: float,
    score: BCubed | None = None,
    mixed: tuple[int | None, int | None] = (None, None),
    growth_megabytes: float | None = None,
) -> Result:
    return Result(
        name,
        people,
        len({face.person for faces in recorded.samples.values() for face in faces}),
        recorded.most_people,
        None if score is None else score.precision,
        None if score is None else score.recall,
        None if score is None else score.f1,
        idf1([Moment(true, [face.track for face in faces], apart) for true, faces, apart in compared]),
        idf1([Moment(true, [face.person for face in faces], apart) for true, faces, apart in compared]),
        seen,
        mixed[0],
        mixed[1],
        recorded.people_ms,
        recorded.measures_ms,
        growth_megabytes,
    )
