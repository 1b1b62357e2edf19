"""The face stage: finds the faces of each frame and follows them, once for all analyzers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from monitor.analyzer import FaceDetector
from monitor.sample import Frame, Sample
from monitor.tracker import Tracker


class FaceStage:
    """Turns frames into samples. Frames of one source have to come in stream order; sources may take turns."""

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector
        self._trackers: defaultdict[str, Tracker] = defaultdict(Tracker)
        self._numbered: defaultdict[str, int] = defaultdict(int)

    def __call__(self, frame: Frame) -> Sample:
        """The faces of `frame`, from left to right, each with its person's number.

        Pictures of a folder show no one stream of time: nobody is followed from one to the next, and every face of
        every picture counts as a person of its own.
        """
        faces = sorted(self._detector.detect(frame.image), key=lambda face: face.box)
        if frame.file is None:
            return Sample(frame, self._trackers[frame.source].update(faces, frame.seconds))
        first = self._numbered[frame.source] + 1
        self._numbered[frame.source] += len(faces)
        return Sample(frame, tuple(replace(face, track=first + index) for index, face in enumerate(faces)))

    def close(self) -> None:
        """Give back the detector's models."""
        self._detector.close()
