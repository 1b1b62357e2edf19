"""A recorded session whose video is there: what was seen when, and how the picture looks then, is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from monitor.sample import Box, Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from tests.conftest import make_clip
from tests.plugins.monitor_labels.made_answers import LABELS

SECONDS = 20.0
BOXES: dict[int, Box] = {1: (0.1, 0.2, 0.4, 0.7), 2: (0.9, 0.9, 0.93, 0.95)}
"""Face track -> its box; the second is tiny."""


def probabilities(number: int) -> tuple[float, float, float]:
    """Of LABELS in the sample of that number: the nearer to the middle of the session, the less sure."""
    sure = 0.35 + 0.6 * abs(number - 20) / 20
    return (sure, 1 - sure - 0.02, 0.02)


def grey_at(seconds: float) -> float:
    """How bright the picture is at that time, of 255."""
    return 255 * seconds / SECONDS


def record_session(store: Store, folder: Path) -> Session:
    """Twenty seconds from black to white with two faces, 40 samples; and a camera that left no pictures."""
    clip = make_clip(folder / "door.mp4", SECONDS, size=(320, 240))
    labels = {"scene": ["positive", "negative"], "faces": list(LABELS)}
    recorder = Recorder(store, name="door", every_seconds=0.5, window_seconds=5, labels=labels)
    sources = recorder.add_source(str(clip), "file"), recorder.add_source("rtsp://camera/1", "live")
    for place, source in enumerate(sources, 1):
        for number in range(40):
            seconds = number * 0.5
            faces = tuple(Face(box, 0.9, track=track) for track, box in BOXES.items())
            frame = Frame(np.zeros((4, 4, 3), np.uint8), seconds, place, number, source_name=str(place))
            recorder.add_sample(source, Sample(frame, faces), faces_looked_for=True)
            scores = dict(zip(LABELS, probabilities(number), strict=True))
            whole = Observation("scene", place, seconds, None, {"positive": 0.7, "negative": 0.3})
            seen = [Observation("faces", place, seconds, track, scores, box) for track, box in BOXES.items()]
            recorder.add_observations(source, number, [whole, *seen])
        recorder.update_source(source, state="finished", seconds=SECONDS)
    recorder.finish("finished")
    return store.session("door")
