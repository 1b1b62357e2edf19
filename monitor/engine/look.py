"""Looks at a part of a recording for a run that will go through all of it: `monitor.engine.findings`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.engine.face_stage import FaceStage
from monitor.engine.findings import Found
from monitor.engine.models import Models
from monitor.engine.reader import Reader
from monitor.engine.recognizer import find_faces, recognitions
from monitor.sample import Frame, Sample
from monitor.sources import Source

STOP_SECONDS = 5.0
"""How long a stopped source may take to let go."""


def look(source: Source, models: Models, batch_size: int) -> Iterator[Found]:
    """Look at every sample of a recorded source, in stream order, and close it.

    Analyzers that follow streams over time are left to the run that takes the answers. Raises SourceError where the
    source cannot be read on.
    """
    ready, faces = threading.Condition(), models.begin()
    reader = Reader(source, ready)
    reader.start()
    try:
        while not reader.ended:
            with ready:
                ready.wait_for(lambda: reader.has_news, timeout=0.25)
            frames = [item for item, _ in reader.take(batch_size) if isinstance(item, Frame)]
            yield from _found(frames, faces, models)
    finally:
        reader.stop()
        reader.release(STOP_SECONDS)
    if reader.error is not None:
        raise reader.error


def _found(frames: Sequence[Frame], stage: FaceStage | None, models: Models) -> Iterator[Found]:
    analyzers = [each for each in models.analyzers if not each.declared.temporal]
    faults: list[dict[str, str]] = [{} for _ in frames]
    samples, followed = [], []
    for frame, fault in zip(frames, faults, strict=True):
        sample = Sample(frame) if stage is None else find_faces(stage, frame, fault)
        samples.append(Sample(frame, tuple(replace(face, track=n) for n, face in enumerate(sample.faces, 1))))
        followed.append(stage is not None and stage.followed)
    names = [each.declared.name for each in analyzers]
    for seen, is_followed in zip(
        recognitions(analyzers, samples, [names] * len(frames), faults), followed, strict=True
    ):
        without_faces = "faces" in seen.faults
        known = [
            each.declared.name
            for each in analyzers
            if each.declared.name not in seen.faults and not (each.declared.needs_faces and without_faces)
        ]
        answers = {name: tuple(each for each in seen.observations if each.analyzer == name) for name in known}
        faces = None if stage is None or without_faces else seen.faces
        yield Found(seen.sample.frame.seconds, faces, answers, is_followed)
