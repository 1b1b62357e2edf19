"""The face stage: finds the faces of each frame and follows them, once for all analyzers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from monitor.engine.findings import Found
from monitor.engine.following import Following
from monitor.engine.same_face import colours, is_another
from monitor.engine.tracker import Tracker
from monitor.errors import AnalyzerError
from monitor.plugin.contracts import FaceDetector
from monitor.sample import Face, Frame, Sample

MESH_SHAPE = (478, 3)
MOST_REMEMBERED = 64
"""Tracks of a source whose looks are remembered while they are not seen."""


class FaceStage:
    """Turns frames into samples. Frames of one source have to come in stream order; sources may take turns."""

    def __init__(self, detector: FaceDetector, followed: Mapping[int, Tracker] | None = None) -> None:
        """`followed` has, by the number of their source, people who are followed already."""
        self._detector = detector
        self._look = Following(detector)
        self._trackers: defaultdict[int, Tracker] = defaultdict(Tracker, followed or {})
        self._numbered: defaultdict[int, int] = defaultdict(int)
        self._colours: defaultdict[int, dict[int, NDArray[np.float32]]] = defaultdict(dict)
        """Source -> track -> how the face looked when last seen."""
        self._seconds: dict[int, float] = {}
        """Source -> time of its last frame."""

    def __call__(self, frame: Frame, found: Found | None = None) -> Sample:
        """The faces of `frame`, from left to right, each with its track. What was `found` in it before is taken, where
        looking now would find the same.

        No track crosses a cut. Pictures of a folder show no one stream of time: nobody is followed from one to the
        next, and every face of every picture counts as a person of its own.
        """
        if frame.shot_start_seconds > self._seconds.get(frame.source, frame.seconds):
            self._trackers[frame.source].forget()
        self._seconds[frame.source] = frame.seconds
        faces = sorted(checked(self._look(frame, found)), key=lambda face: face.box)
        if frame.file is None:
            tracked = self._parted(frame, self._trackers[frame.source].update(faces, frame.seconds))
            self._look.note(frame.source, tracked)
            return Sample(frame, tracked)
        first = self._numbered[frame.source] + 1
        self._numbered[frame.source] += len(faces)
        return Sample(frame, tuple(replace(face, track=first + index) for index, face in enumerate(faces)))

    def _parted(self, frame: Frame, faces: Sequence[Face]) -> tuple[Face, ...]:
        """`faces` with a new number for each that is clearly another than the one before it in its place."""
        seen = self._colours[frame.source]
        now, parted = {}, []
        for face in faces:
            looks = colours(frame.image, face)
            if face.track in seen and is_another(seen[face.track], looks):
                face = replace(face, track=self._trackers[frame.source].part(face.track))
            now[face.track] = looks
            parted.append(face)
        self._colours[frame.source] = {**dict(list(seen.items())[-MOST_REMEMBERED:]), **now}
        return tuple(parted)

    @property
    def followed(self) -> bool:
        """Whether the faces of the newest frame were followed from the one before, and not looked for."""
        return self._look.followed

    def close(self) -> None:
        """Give back the detector's models."""
        self._detector.close()


def checked(faces: object) -> list[Face]:
    """`faces` as a detector gave them. Raises AnalyzerError with one sentence about the first that is no face: what
    comes after relies on boxes inside the frame and on whole meshes."""
    if not isinstance(faces, list) or not all(isinstance(face, Face) for face in faces):
        raise AnalyzerError(f"a face detector must return a list of Face, not {type(faces).__name__}")
    for face in faces:
        if len(face.box) != 4 or not (0 <= face.box[0] < face.box[2] <= 1 and 0 <= face.box[1] < face.box[3] <= 1):
            raise AnalyzerError(f"a face's box must be (left, top, right, bottom) inside the frame, not {face.box}")
        if not 0 <= face.score <= 1:
            raise AnalyzerError(f"a face's score must lie in [0, 1], not {face.score}")
        mesh = face.mesh
        if mesh is not None and (mesh.shape != MESH_SHAPE or mesh.dtype != np.float32 or not np.isfinite(mesh).all()):
            raise AnalyzerError(f"a face's mesh must be finite float32 {MESH_SHAPE}, not {mesh.dtype} {mesh.shape}")
    return faces
