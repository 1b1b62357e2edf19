"""Recall and latency of an index against exact search, on recordings that are made up."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import SourceError
from monitor.sources.pictures import PictureSource
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_retrieval.benchmark.synthetic_vectors import synthetic_recordings, unit
from monitor_retrieval.embedding import embed_folder
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment

SESSION_FRAMES = 7200
"""An hour at two frames a second."""
NEAREST = 10
NOISE = 0.3
"""Length of what a query differs by from a frame that is there, which has 1."""
HELD_OUT = 0.1
"""Part of the scenes that no recording shows: queries for something that is not there."""
THUMBNAIL_BYTES = 4000


def measure(folder: Path, scenes: NDArray[np.float32], frames: int, queries: int) -> dict[str, Any]:
    """Figures of one index of recordings of `scenes`, (S, length); times in the units of their names, sizes in 10^6
    bytes."""
    random = np.random.default_rng(1)
    index = MomentIndex(folder, model="synthetic", create=True)
    scenes = random.permutation(scenes)
    unseen, seen = np.split(scenes, [math.ceil(HELD_OUT * len(scenes))])
    sessions = list(synthetic_recordings(seen, frames, SESSION_FRAMES))
    began = time.perf_counter()
    for number, vectors in enumerate(sessions, 1):
        index.append(list(synthetic_moments(number, vectors)))
    appended = time.perf_counter()
    index.optimize()
    optimized = time.perf_counter()
    vectors = np.concatenate(sessions)
    rows = random.integers(frames, size=queries)
    sessions_of_rows = (rows // SESSION_FRAMES + 1).tolist()
    near_frames = unit(vectors[rows] + NOISE * unit(random.normal(size=(queries, vectors.shape[1]))))
    new_scenes = unseen[random.integers(len(unseen), size=queries)]
    return {
        "frames": frames,
        "append_seconds": appended - began,
        "optimize_seconds": optimized - appended,
        "disk_mb": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6,
        "thumbnails_mb": frames * THUMBNAIL_BYTES / 1e6,
        "queries": {
            "a frame, in all sessions": recall_and_latency(index, vectors, near_frames, [None] * queries),
            "a new scene, in all sessions": recall_and_latency(index, vectors, new_scenes, [None] * queries),
            "a frame, in its session": recall_and_latency(index, vectors, near_frames, sessions_of_rows),
        },
    }


def recall_and_latency(
    index: MomentIndex, vectors: NDArray[np.float32], queries: NDArray[np.float32], sessions: list[int | None]
) -> dict[str, float]:
    """Figures of `queries`, (Q, length), each of one of `sessions` or of all (None); `vectors`, (N, length), are those
    of the index in the order of its sessions."""
    found, there, took = 0, 0, []
    for vector, session in zip(queries, sessions, strict=True):
        began = time.perf_counter()
        moments = index.search(vector, count=NEAREST, session=session)
        took.append(1000 * (time.perf_counter() - began))
        first, end = (
            (0, len(vectors)) if session is None else ((session - 1) * SESSION_FRAMES, session * SESSION_FRAMES)
        )
        nearest = first + np.argsort(-(vectors[first:end] @ vector))[:NEAREST]
        found += len({_row(moment) for moment in moments} & set(nearest.tolist()))
        there += len(nearest)
    median, high = np.percentile(took, [50, 95])
    return {"recall": found / there, "median_ms": float(median), "percentile_95_ms": float(high)}


def pictured_scenes(folder: Path) -> NDArray[np.float32]:
    """Vectors of the pictures in a folder, (N, length). Raises SourceError where there are too few."""
    analyzer = AffectiveRetrieval()
    with closing(PictureSource(folder, name=str(folder), every_seconds=1.0)) as source:
        found = [moment.vector for moments in embed_folder(source, analyzer) for moment in moments]
    if len(found) < 2:
        raise SourceError(f"{folder} has {len(found)} pictures; it takes two, one to record and one to search for")
    return np.stack(found)


def synthetic_moments(session: int, vectors: NDArray[np.float32]) -> Iterator[Moment]:
    """A session's moments, two a second; their thumbnails are noise of the usual size."""
    random = np.random.default_rng(session)
    scores = {"awe": 0.5, "fear": 0.5}
    for number, vector in enumerate(vectors):
        thumbnail = random.bytes(THUMBNAIL_BYTES)
        yield Moment(vector, session, "synthetic", number / 2, scores, novelty=0.5, thumbnail=thumbnail)


def _row(moment: Moment) -> int:
    return (moment.session - 1) * SESSION_FRAMES + round(2 * moment.seconds)
