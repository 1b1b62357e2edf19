"""A session that no engine ran: something to develop and test pages, reports and exports against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.emotions import FACES
from monitor.plugin.contracts import Measure
from monitor.sample import Box, Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store

FACE_LABELS = FACES
SCENE_LABELS = ("positive", "negative")
LABELS = {"face-fusion": FACE_LABELS, "scene-sentiment": SCENE_LABELS}
PLACES: dict[int, Box] = {1: (0.15, 0.2, 0.4, 0.7), 2: (0.6, 0.25, 0.8, 0.65)}
"""Person -> the box of the face."""


HEADS = "head-pose"
MEASURES = (
    Measure("head_yaw", "degrees", -90.0, 90.0, "How far the head is turned to the person's left."),
    Measure("head_pitch", "degrees", -90.0, 90.0, "How far the head is raised."),
    Measure("face_height", "pixels", 0.0, math.inf, "Height of the face in the frame."),
)
"""Of HEADS; the second is not there in every third sample."""


@dataclass
class MadeUpSession:
    """Two sources, a file and a camera, with three people, a gap, a fault and two analyzers.

    People come and go: person 1 of the file is away from 40 to 60 s of every 100 s, person 2 is there in the second
    half of every 60 s; the camera sees one person and is gone from 30 to 45 s.
    """

    store: Store
    name: str = "made-up"
    every_seconds: float = 0.5
    window_seconds: float = 5.0
    picture_url: str | None = None
    half_life_seconds: float = 0.0
    calibrate_seconds: float = 0.0
    file_name: str = "interview.mp4"
    camera_name: str = "rtsp://camera.local/door"
    with_measures: bool = False
    """Whether a third analyzer, which has no labels, measures how the heads are turned."""
    sampled: int = 0
    """Samples of the file so far."""
    camera_sampled: int = 0
    _random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        self.recorder = Recorder(
            self.store,
            name=self.name,
            every_seconds=self.every_seconds,
            window_seconds=self.window_seconds,
            labels={**LABELS, HEADS: ()} if self.with_measures else LABELS,
            measures={HEADS: MEASURES} if self.with_measures else {},
            picture_url=self.picture_url,
            half_life_seconds=self.half_life_seconds,
            calibrate_seconds=self.calibrate_seconds,
        )
        self.file = self.recorder.add_source(self.file_name, "file", duration_seconds=3600.0)
        self.camera = self.recorder.add_source(self.camera_name, "live")

    @property
    def seconds(self) -> float:
        """Stream time of the next sample."""
        return self.sampled * self.every_seconds

    def play(self, seconds: float) -> None:
        """Record that many more seconds of both sources."""
        for _ in range(round(seconds / self.every_seconds)):
            self._record(self.file, self.file_name, self._file_people(self.seconds))
            away = 30.0 <= self.seconds < 45.0
            if self.seconds == 30.0:
                self.recorder.open_gap(self.camera, 30.0, "no frame for 20 s")
            if self.seconds == 45.0:
                self.recorder.close_gap(self.camera, 45.0)
            if not away:
                self._record(self.camera, self.camera_name, [1])
                self.camera_sampled += 1
            if self.seconds == 20.0:
                self.recorder.add_fault(self.camera, 20.0, "scene-sentiment", 4, "ValueError: <made-up> fault & all")
            self.sampled += 1
        self._report(self.file, self.sampled, {}, lag=0.0, factor=9.4)
        self._report(
            self.camera, self.camera_sampled, {"newer frame came": 42, "decoder error": 3}, lag=0.31, factor=1.0
        )
        self.recorder.flush(force=True)

    def end(self, state: str = "finished") -> Session:
        """End the session; the session as the store tells it."""
        for source in (self.file, self.camera):
            self.recorder.update_source(source, state=state)
        self.recorder.finish(state)
        return self.store.session(self.recorder.session_id)

    def _file_people(self, seconds: float) -> list[int]:
        return [1] * (not 40 <= seconds % 100 < 60) + [2] * (seconds % 60 >= 30)

    def _record(self, source_id: int, source: str, people: Sequence[int]) -> None:
        faces = tuple(Face(PLACES[person], 0.9, track=person) for person in people)
        number = 1 if source_id == self.file else 2
        picture = _picture(source_id, tuple(people))
        sample = Sample(Frame(picture, self.seconds, number, self.sampled, source_name=source), faces)
        self.recorder.add_sample(source_id, sample, faces_looked_for=True)
        seen = [
            Observation("face-fusion", number, self.seconds, person, self._scores(person + source_id), PLACES[person])
            for person in people
        ]
        bright = float(0.5 + 0.4 * np.sin(self.seconds / 17.0))
        scene = Observation(
            "scene-sentiment", number, self.seconds, None, {"positive": bright, "negative": 1.0 - bright}
        )
        if self.with_measures:
            seen += [
                Observation(HEADS, number, self.seconds, person, box=PLACES[person], measures=self._pose(person))
                for person in people
            ]
        self.recorder.add_observations(source_id, self.sampled, [*seen, scene])

    def _scores(self, seed: int) -> dict[str, float]:
        """Probabilities that drift slowly from emotion to emotion, with noise."""
        phase = self.seconds / 23.0 + seed
        logits = np.array([np.sin(phase * (1 + 0.37 * n) + 2.1 * n) * 2.4 for n in range(len(FACE_LABELS))])
        logits += self._random.normal(0, 0.35, len(FACE_LABELS)) + np.array([1.2, 1.4, 0.2, 0, -0.5, -1, -0.8, -1.2])
        scores = np.exp(logits) / np.exp(logits).sum()
        return dict(zip(FACE_LABELS, scores.tolist(), strict=True))

    def _pose(self, person: int) -> dict[str, float]:
        yaw = 40.0 * float(np.sin(self.seconds / 11.0 + person)) + float(self._random.normal(0, 4))
        pose = {"head_yaw": yaw, "face_height": 120.0 + 10.0 * person}
        return pose if self.sampled % 3 == 2 else pose | {"head_pitch": 5.0 - 0.1 * yaw}

    def _report(self, source_id: int, sampled: int, dropped: dict[str, int], lag: float, factor: float) -> None:
        self.recorder.update_source(
            source_id,
            state="running",
            frames_decoded=round(self.seconds * 25),
            frames_sampled=sampled,
            frames_dropped=dropped,
            seconds=max(0.0, self.seconds - self.every_seconds),
            samples_per_second=1.98 * factor,
            lag_seconds=lag,
            realtime_factor=factor,
        )


@cache
def _picture(source_id: int, people: tuple[int, ...]) -> NDArray[np.uint8]:
    """A grey ground with scikit-image's portrait, in one of several tints, in the place of each person."""
    from skimage import data

    portrait: NDArray[np.uint8] = data.astronaut()[20:260, 110:350]  # type: ignore[no-untyped-call]
    picture = np.full((240, 320, 3), 90, np.uint8)
    for person in people:
        tinted = (portrait * np.roll(np.array([0.65, 0.8, 1.0]), person + source_id)).astype(np.uint8)
        left, top, right, bottom = (
            round(side * length) for side, length in zip(PLACES[person], (320, 240, 320, 240), strict=True)
        )
        place = picture[top:bottom, left:right]
        place[:] = cv2.resize(tinted, place.shape[1::-1], interpolation=cv2.INTER_AREA)
    return picture
