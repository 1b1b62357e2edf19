"""`monitor bench-moments`: how well and how fast the index answers on this machine, against exact search."""

from __future__ import annotations

import json as jsonlib
import tempfile
from pathlib import Path
from typing import Annotated

import typer

SCENES = 2000
"""Made up where there are no pictures."""


def bench_moments(
    frames: Annotated[int, typer.Option(min=100, help="Frames in the index, in sessions of one hour.")] = 72_000,
    queries: Annotated[int, typer.Option(min=1, help="Searches, one at a time.")] = 200,
    pictures: Annotated[
        Path | None,
        typer.Option(help="Folder of pictures to be the scenes, as the analyzer sees them; by default made up."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where the index is made and then removed; by default the system's.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Fill an index of moments with made-up FRAMES, and measure recall and latency of searches.

    Recall is the part of the ten nearest frames, by exact search, that is among the ten found. Searched for are frames
    with some noise, in all sessions and in one session each, and scenes that no session shows.
    """
    from rich.table import Table

    from monitor.views.console import table_console
    from monitor_retrieval.benchmark.measure import measure, pictured_scenes
    from monitor_retrieval.benchmark.synthetic_vectors import synthetic_scenes

    scenes = synthetic_scenes(SCENES) if pictures is None else pictured_scenes(pictures)
    with tempfile.TemporaryDirectory(prefix="monitor-bench-", dir=folder) as made:
        result = measure(Path(made), scenes, frames, queries)
    if json:
        print(jsonlib.dumps(result))
        return
    table = Table(
        "searched for",
        "recall at 10",
        "median",
        "95th percentile",
        title=f"{frames:,} frames, {queries} searches",
        title_justify="left",
    )
    for searched, figures in result["queries"].items():
        milliseconds = (f"{figures[name]:.1f} ms" for name in ("median_ms", "percentile_95_ms"))
        table.add_row(searched, f"{figures['recall']:.3f}", *milliseconds)
    console = table_console()
    console.print(table)
    console.print(
        f"appended in {result['append_seconds']:.1f} s, indexed in {result['optimize_seconds']:.1f} s, "
        f"{result['disk_mb']:.0f} MB on disk, {result['thumbnails_mb']:.0f} MB of it thumbnails",
        highlight=False,
    )
