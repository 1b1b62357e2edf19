"""`monitor bench-moments`: how well and how fast the index answers on this machine, against exact search."""

from __future__ import annotations

import json as jsonlib
import math
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from monitor_retrieval.index import MomentIndex
    from monitor_retrieval.moment import Moment

SCENES = 2000
"""Made up where there are no pictures."""
SESSION_FRAMES = 7200
"""An hour at two frames a second."""
NEAREST = 10
BESIDE = 0.3
"""Length of what a question differs by from a frame that is there, which has 1."""
HELD_OUT = 0.1
"""Part of the scenes that no recording shows: questions about something that is not there."""
THUMBNAIL_BYTES = 4000


def bench_moments(
    frames: Annotated[int, typer.Option(min=100, help="Frames in the index, in sessions of one hour.")] = 72_000,
    questions: Annotated[int, typer.Option(min=1, help="Questions asked, one at a time.")] = 200,
    pictures: Annotated[
        Path | None,
        typer.Option(help="Folder of pictures to be the scenes, as the analyzer sees them; by default made up."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where the index is made and then removed; by default the system's.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Fill an index of moments with made-up FRAMES, and measure recall and latency of its answers.

    Recall is the part of the ten nearest frames, by exact search, that is among the ten answers. Questions are frames
    with some noise, asked of all sessions and of one session each, and scenes that no session shows.
    """
    from rich.console import Console
    from rich.table import Table

    from monitor_retrieval.made_vectors import made_scenes

    scenes = made_scenes(SCENES) if pictures is None else pictured_scenes(pictures)
    with tempfile.TemporaryDirectory(prefix="monitor-bench-", dir=folder) as made:
        result = measure(Path(made), scenes, frames, questions)
    if json:
        print(jsonlib.dumps(result))
        return
    table = Table(
        "asked about",
        "recall at 10",
        "median",
        "95th percentile",
        title=f"{frames:,} frames, {questions} questions",
        title_justify="left",
    )
    for asked, figures in result["questions"].items():
        milliseconds = (f"{figures[name]:.1f} ms" for name in ("median_ms", "percentile_95_ms"))
        table.add_row(asked, f"{figures['recall']:.3f}", *milliseconds)
    console = Console()
    console.print(table)
    console.print(
        f"appended in {result['append_seconds']:.1f} s, indexed in {result['optimize_seconds']:.1f} s, "
        f"{result['disk_mb']:.0f} MB on disk, {result['thumbnails_mb']:.0f} MB of it thumbnails",
        highlight=False,
    )


def measure(folder: Path, scenes: NDArray[np.float32], frames: int, questions: int) -> dict[str, Any]:
    """Figures of one index of recordings of `scenes`; times in the units of their names, sizes in 10^6 bytes."""
    import numpy as np

    from monitor_retrieval.index import MomentIndex
    from monitor_retrieval.made_vectors import made_recordings, unit

    random = np.random.default_rng(1)
    index = MomentIndex(folder, model="made up", create=True)
    scenes = random.permutation(scenes)
    unseen, seen = np.split(scenes, [math.ceil(HELD_OUT * len(scenes))])
    sessions = list(made_recordings(seen, frames, SESSION_FRAMES))
    began = time.perf_counter()
    for number, vectors in enumerate(sessions, 1):
        index.append(list(made_moments(number, vectors)))
    appended = time.perf_counter()
    index.optimize()
    optimized = time.perf_counter()
    vectors = np.concatenate(sessions)
    rows = random.integers(frames, size=questions)
    sessions_of_rows = (rows // SESSION_FRAMES + 1).tolist()
    asked = unit(vectors[rows] + BESIDE * unit(random.normal(size=(questions, vectors.shape[1]))))
    strange = unseen[random.integers(len(unseen), size=questions)]
    return {
        "frames": frames,
        "append_seconds": appended - began,
        "optimize_seconds": optimized - appended,
        "disk_mb": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6,
        "thumbnails_mb": frames * THUMBNAIL_BYTES / 1e6,
        "questions": {
            "a frame, of all sessions": ask(index, vectors, asked, [None] * questions),
            "a new scene, of all sessions": ask(index, vectors, strange, [None] * questions),
            "a frame, of its session": ask(index, vectors, asked, sessions_of_rows),
        },
    }


def ask(
    index: MomentIndex, vectors: NDArray[np.float32], asked: NDArray[np.float32], sessions: list[int | None]
) -> dict[str, float]:
    """Recall and latency of questions, each asked of one of `sessions` or of all (None)."""
    import numpy as np

    found, there, took = 0, 0, []
    for vector, session in zip(asked, sessions, strict=True):
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
    return {
        "recall": found / there,
        "median_ms": float(median),
        "percentile_95_ms": float(high),
    }


def pictured_scenes(folder: Path) -> NDArray[np.float32]:
    """Vectors of the pictures in a folder, (N, length). Raises SourceError where there are too few."""
    import numpy as np

    from monitor.errors import SourceError
    from monitor.sources.pictures import PictureSource
    from monitor_retrieval.looking import look_through
    from monitor_retrieval.retrieval import AffectiveRetrieval

    analyzer = AffectiveRetrieval()
    with closing(PictureSource(folder, name=str(folder), every_seconds=1.0)) as source:
        found = [moment.vector for moments in look_through(source, analyzer) for moment in moments]
    if len(found) < 2:
        raise SourceError(f"{folder} has {len(found)} pictures; scenes that are asked about and others take two")
    return np.stack(found)


def made_moments(session: int, vectors: NDArray[np.float32]) -> Iterator[Moment]:
    """A session's moments, two a second; their thumbnails are noise of the usual size."""
    import numpy as np

    from monitor_retrieval.moment import Moment

    random = np.random.default_rng(session)
    scores = {"awe": 0.5, "fear": 0.5}
    for number, vector in enumerate(vectors):
        thumbnail = random.bytes(THUMBNAIL_BYTES)
        yield Moment(vector, session, "made up", number / 2, scores, novelty=0.5, thumbnail=thumbnail)


def _row(moment: Moment) -> int:
    return (moment.session - 1) * SESSION_FRAMES + round(2 * moment.seconds)
