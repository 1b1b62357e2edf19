"""A long session that no engine ran: a door camera that sees thousands of people, to measure stores with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.emotions import FACES
from monitor.plugin.contracts import Measure
from monitor.sample import Box, Face, Frame, Observation, Sample
from monitor.store import Recorder, Store

ANALYZERS = ("faces", "scene")
SCENE_LABELS = ("positive", "negative")
MEASURES = (
    Measure("head_yaw", "degrees", -90.0, 90.0, "How far the head is turned to the person's left."),
    Measure("face_height", "pixels", 0.0, 1080.0, "Height of the face in the frame."),
)
HEIGHT, WIDTH = 360, 640
PICTURES = 16
"""Different pictures; the camera shows them in turn."""


@dataclass
class DoorCamera:
    """People come one after the other, evenly over the session, stay for a while and walk towards the camera."""

    store: Store
    hours: float
    people: int
    stay_seconds: float = 80.0
    every_seconds: float = 0.5
    samples_at_once: int = 1
    """Written in one transaction; 1, as an engine does for what is live."""
    seed: int = 0
    samples: int = 0
    """Recorded so far."""
    observations: int = 0
    """Recorded so far."""
    _pictures: list[NDArray[np.uint8]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        self._pictures = [self._random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8) for _ in range(PICTURES)]
        self.recorder = Recorder(
            self.store,
            name="door",
            every_seconds=self.every_seconds,
            window_seconds=5.0,
            labels={ANALYZERS[0]: FACES, ANALYZERS[1]: SCENE_LABELS},
            measures={ANALYZERS[0]: MEASURES},
        )
        self.source = self.recorder.add_source("rtsp://camera.local/door", "live")

    @property
    def seconds(self) -> float:
        """Stream time of the next sample."""
        return self.samples * self.every_seconds

    def play(self, until_seconds: float) -> None:
        """Record up to before this time, or to the end of the session."""
        while self.seconds < min(until_seconds, 3600.0 * self.hours):
            self._record()
            self.recorder.update_source(
                self.source, state="running", seconds=self.seconds, frames_sampled=self.samples + 1
            )
            self.samples += 1
            if self.samples % self.samples_at_once == 0:
                self.recorder.flush(force=True)

    def _record(self) -> None:
        seconds, between = self.seconds, 3600.0 * self.hours / self.people
        newest = min(self.people, int(seconds / between) + 1)
        oldest = max(1, int((seconds - self.stay_seconds) / between) + 2)
        tracks = list(range(oldest, newest + 1))
        boxes = [self._box(track, (seconds - (track - 1) * between) / self.stay_seconds) for track in tracks]
        faces = tuple(Face(box, 0.9, None, track) for track, box in zip(tracks, boxes, strict=True))
        frame = Frame(self._pictures[self.samples % PICTURES], seconds, 1, self.samples)
        self.recorder.add_sample(self.source, Sample(frame, faces), faces_looked_for=True)
        scores = self._random.random((len(tracks), len(FACES)))
        scores /= scores.sum(axis=1, keepdims=True)
        bright = float(self._random.random())
        seen = [
            Observation(
                ANALYZERS[0],
                1,
                seconds,
                track,
                dict(zip(FACES, row, strict=True)),
                box,
                measures={"head_yaw": 90 * (row[0] - row[1]), "face_height": HEIGHT * (box[3] - box[1])},
            )
            for track, box, row in zip(tracks, boxes, scores.tolist(), strict=True)
        ]
        seen.append(Observation(ANALYZERS[1], 1, seconds, None, {"positive": bright, "negative": 1 - bright}))
        self.recorder.add_observations(self.source, self.samples, seen)
        self.observations += len(seen)

    def _box(self, track: int, way: float) -> Box:
        """The face of somebody who has come this part of the way, in [0, 1]."""
        size = 0.08 + 0.12 * way
        left, top = (track * 0.37) % 1 * (1 - size), (track * 0.61) % 1 * (1 - size)
        return left, top, left + size, top + size
