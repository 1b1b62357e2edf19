"""One shot of several people, each followed through every picture of it: what samples far apart are compared with.

From one picture to the next nobody moves by much, so that places alone tell who is who. Somebody who is hidden for
longer than a track lasts is somebody else afterwards, in this truth too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.engine.boxes import overlap
from monitor.engine.tracker import Tracker
from monitor.plugin import FaceDetector
from monitor.sample import Face, Frame
from monitor.sources import open_source
from monitor_people.bench.recorded import Seen

EVERY_PICTURE = 1e-3
"""Seconds between samples: less than pictures are apart."""
SLACK_SECONDS = 1e-3
LEAST_OVERLAP = 0.5
"""Boxes that share less are not of one face."""


def followed(clip: Path, detector: FaceDetector, at: Collection[float]) -> dict[float, tuple[Face, ...]]:
    """The faces in the pictures that are shown `at` these seconds; the track of each is a person's number.

    Raises SourceError where the clip cannot be read.
    """
    tracker, wanted, found = Tracker(), np.array(sorted(at)), {}
    with closing(open_source(str(clip), every_seconds=EVERY_PICTURE)) as source:
        for frame in source.samples():
            if isinstance(frame, Frame):
                faces = tracker.update(detector.detect(frame.image), frame.seconds)
                nearest = float(wanted[np.abs(wanted - frame.seconds).argmin()])
                if abs(nearest - frame.seconds) <= SLACK_SECONDS:
                    found[nearest] = faces
    return found


def distances(true: Sequence[Face], found: Sequence[Seen]) -> NDArray[np.float64]:
    """Of true and found faces, (true, found): the part of both boxes that they do not share; not a number where they
    share less than LEAST_OVERLAP."""
    boxes = (np.array([face.box for face in faces], np.float64).reshape(-1, 4) for faces in (true, found))
    shared = overlap(*boxes)
    return np.where(shared >= LEAST_OVERLAP, 1 - shared, np.nan)
