"""Sessions whose scores are drawn from a model, so that the truth of what is compared is known."""

from __future__ import annotations

import numpy as np

from monitor.quality import Gate
from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor_studies.statistics.recordings import RecordingModel

LABELS = ("neutral", "happiness", "anger")
MODEL = RecordingModel(LABELS, np.array([2.0, 0.5, -1.0]), np.full(3, 0.8), np.full(3, 0.3), 0.6)
IMAGE = np.zeros((2, 2, 3), np.uint8)


def record(
    store: Store,
    name: str,
    seed: int,
    *,
    anger: float = 0.0,
    seconds: float = 60.0,
    every_seconds: float = 0.5,
    labels: tuple[str, ...] = LABELS,
    seen: bool = True,
    analyzer: str = "faces",
    model: str = "",
    small_until: float = 0.0,
    all_samples: bool = False,
) -> Session:
    """A session of one person, whose logit of anger is `anger` larger than that of the model.

    Until `small_until` seconds the face is smaller than the quality gate asks for.
    """
    random = np.random.default_rng(seed)
    scores = MODEL.session(random).draw(round(seconds / every_seconds), random).sums
    scores[:, 2] *= np.exp(anger)
    scores /= scores.sum(axis=1, keepdims=True)
    recorder = Recorder(
        store,
        name=name,
        every_seconds=every_seconds,
        window_seconds=5.0,
        labels={analyzer: labels},
        models={analyzer: model} if model else {},
        gate=Gate(smallest_face=24) if small_until else None,
        judges=["judge"] if small_until else (),
        all_samples=all_samples,
    )
    source = recorder.add_source("talk.mp4", "file")
    for number, row in enumerate(scores):
        at = number * every_seconds
        face = Face((0.2, 0.2, 0.6, 0.8), 0.9, track=1)
        recorder.add_sample(source, Sample(Frame(IMAGE, at, 1, number), (face,) if seen else ()), faces_looked_for=True)
        if seen:
            said = dict(zip(labels, row.tolist(), strict=True))
            height = {"face_height": 12.0 if at < small_until else 48.0}
            judged = Observation("judge", 1, at, 1, measures=height)
            recorder.add_observations(source, number, [Observation(analyzer, 1, at, 1, said, box=face.box), judged])
    recorder.update_source(source, seconds=seconds, frames_sampled=len(scores))
    recorder.finish("finished")
    return store.session(recorder.session_id)
