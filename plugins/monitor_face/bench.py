"""Measures what following faces costs and finds, against looking for them everywhere in every sample."""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from monitor.sample import Face, Sample

SAME = 0.3
"""Intersection over union at which two boxes show the same face."""


def bench_faces(
    files: Annotated[list[Path], typer.Argument(help="Recordings.", show_default=False)],
    every: Annotated[float, typer.Option(help="Seconds of stream time between samples.")] = 0.5,
    until: Annotated[float | None, typer.Option(help="Measure only up to here, in seconds.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure what following faces costs and misses, against looking everywhere in every sample."""
    from monitor.sources import open_source
    from monitor_face.detection.mediapipe_detector import MediaPipeDetector

    rows = []
    with closing(MediaPipeDetector()) as detector:
        for file in files:
            with closing(open_source(str(file), every_seconds=every, until_seconds=until)) as source:
                rows.append({"file": file.name, **compared(source.samples(), detector)})
    if json:
        print(jsonlib.dumps(rows))
        return
    from rich.table import Table

    from monitor.views.console import table_console

    table = Table(title="Faces followed, against looking everywhere in every sample", title_justify="left")
    for head in ("file", "samples", "faces", "found", "besides", "newcomer", "mesh", "followed", "ms", "everywhere"):
        table.add_column(head, justify="left" if head == "file" else "right")
    for row in rows:
        table.add_row(
            row["file"],
            str(row["samples"]),
            str(row["faces"]),
            f"{row['found']:.3f}",
            str(row["besides"]),
            f"{row['latest_newcomer_seconds']:.1f} s",
            f"{row['mesh_distance']:.1%}",
            f"{row['followed']:.0%}",
            f"{row['processor_ms']:.1f}",
            f"{row['processor_ms_everywhere']:.1f}",
        )
    table_console().print(table)


class Counted:
    """A detector whose calls are counted, with the processor time that they take."""

    def __init__(self, detector: Any, *, follows: bool) -> None:
        self._detector = detector
        self.seconds = 0.0
        self.followed = 0
        if follows:
            self.follow = self._follow

    def detect(self, image: Any) -> list[Face]:
        faces: list[Face] = self._timed(lambda: self._detector.detect(image))
        return faces

    def _follow(self, *arguments: Any) -> list[Face] | None:
        faces: list[Face] | None = self._timed(lambda: self._detector.follow(*arguments))
        self.followed += faces is not None
        return faces

    def _timed(self, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        try:
            return work()
        finally:
            self.seconds += time.process_time() - began

    def close(self) -> None:
        pass


def compared(frames: Any, detector: Any) -> dict[str, Any]:
    """What both ways make of the same frames, in turn; `found` is 1 where there is no face to find."""
    from monitor.engine.face_stage import FaceStage
    from monitor.sample import Frame

    ways = Counted(detector, follows=False), Counted(detector, follows=True)
    everywhere, following = (FaceStage(way) for way in ways)
    samples: list[tuple[Sample, Sample]] = []
    for frame in frames:
        if isinstance(frame, Frame):
            samples.append((without_picture(everywhere(frame)), without_picture(following(frame))))
    pairs = [matches(one.faces, other.faces) for one, other in samples]
    faces = sum(len(one.faces) for one, _ in samples)
    both = sum(len(pair) for pair in pairs)
    count = max(1, len(samples))
    return {
        "samples": len(samples),
        "faces": faces,
        "found": both / faces if faces else 1.0,
        "besides": sum(len(other.faces) for _, other in samples) - both,
        "latest_newcomer_seconds": latest_newcomer(samples, pairs),
        "mesh_distance": mesh_distance(samples, pairs),
        "followed": ways[1].followed / count,
        "processor_ms": 1e3 * ways[1].seconds / count,
        "processor_ms_everywhere": 1e3 * ways[0].seconds / count,
    }


def without_picture(sample: Sample) -> Sample:
    """`sample` with a picture of one pixel, so that a long recording fits into memory."""
    from dataclasses import replace

    import numpy as np

    return replace(sample, frame=replace(sample.frame, image=np.zeros((1, 1, 3), np.uint8)))


def matches(one: Sequence[Face], other: Sequence[Face]) -> dict[int, int]:
    """Which face of `one` is which of `other`, by their places in the two."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    from monitor.engine.boxes import overlap

    if not one or not other:
        return {}
    shared = overlap(np.array([face.box for face in one]), np.array([face.box for face in other]))
    rows, columns = linear_sum_assignment(-shared)
    return {
        row: column for row, column in zip(rows.tolist(), columns.tolist(), strict=True) if shared[row, column] >= SAME
    }


def latest_newcomer(samples: Sequence[tuple[Sample, Sample]], pairs: Sequence[dict[int, int]]) -> float:
    """The longest time from when a track is first found everywhere to when following finds that face, in seconds;
    one that it does not find while the track lasts counts to its end."""
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    found: dict[int, float] = {}
    for (sample, _), pair in zip(samples, pairs, strict=True):
        for index, face in enumerate(sample.faces):
            first.setdefault(face.track, sample.frame.seconds)
            last[face.track] = sample.frame.seconds
            if index in pair:
                found.setdefault(face.track, sample.frame.seconds)
    return max((found.get(track, last[track]) - first[track] for track in first), default=0.0)


def mesh_distance(samples: Sequence[tuple[Sample, Sample]], pairs: Sequence[dict[int, int]]) -> float:
    """How far the points of followed meshes are from those found everywhere, on average, in widths of the face."""
    import numpy as np

    distances = []
    for (one, other), pair in zip(samples, pairs, strict=True):
        for index, partner in pair.items():
            mesh, followed = one.faces[index].mesh, other.faces[partner].mesh
            if mesh is not None and followed is not None:
                apart = np.linalg.norm(mesh[:, :2] - followed[:, :2], axis=1).mean()
                distances.append(float(apart / np.ptp(mesh[:, 0])))
    return float(np.mean(distances)) if distances else 0.0
