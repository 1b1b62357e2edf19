"""`monitor bench FILE`: how fast the pipeline is on this machine, against decoding alone, in one run."""

from __future__ import annotations

import json as jsonlib
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Annotated

import typer


def bench(
    file: Annotated[str, typer.Argument(help="A video file.")],
    every: Annotated[float | None, typer.Option(help="Seconds between two samples.")] = None,
    until: Annotated[float | None, typer.Option(help="End at this stream time, in seconds.")] = None,
    analyzers: Annotated[str | None, typer.Option(help="Analyzers to run, separated by commas.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    config: Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")] = None,
) -> None:
    """Measure decoding alone, then the whole pipeline, on one FILE.

    Loading models is not counted. Stage times are means per sample; decoding runs beside the other stages, so they
    add up to more than the pipeline takes.
    """
    from rich.console import Console
    from rich.table import Table

    from monitor.plugins import Plugins
    from monitor.run import Run
    from monitor.settings import load_settings
    from monitor.sources import open_source

    with tempfile.TemporaryDirectory(prefix="monitor-bench-") as folder:
        settings = load_settings(
            config,
            every_seconds=every,
            analyzers=analyzers,
            store=str(Path(folder) / "bench.db"),
        )
        source = open_source(file, every_seconds=settings.every_seconds, until_seconds=until)
        began = time.perf_counter()
        newest = deque(source.samples(), maxlen=1)
        decode_wall = time.perf_counter() - began
        source.close()
        decode_factor = newest[0].seconds / decode_wall if newest else 0.0
        engine = Run([file], settings, Plugins(settings.plugins.disabled), until_seconds=until)
        summary = engine()
        seen = summary.sources[0]
    result = {
        "file": seen["name"],
        "seconds": seen["seconds"],
        "frames_sampled": seen["frames_sampled"],
        "realtime_factor": seen["realtime_factor"],
        "decode_realtime_factor": decode_factor,
        "decode_ratio": seen["realtime_factor"] / decode_factor if decode_factor else 0.0,
        "stages_ms": summary.stages_ms,
        "peak_memory_mb": peak_memory_mb(),
    }
    if json:
        print(jsonlib.dumps(result))
        return
    table = Table(show_header=False, title=f"{seen['name']}: {seen['seconds']:.1f} s", title_justify="left")
    table.add_row("whole pipeline", f"{result['realtime_factor']:.1f}x real time")
    table.add_row("decoding alone", f"{decode_factor:.1f}x real time")
    table.add_row("ratio", f"{result['decode_ratio']:.2f}")
    for stage, milliseconds in summary.stages_ms.items():
        table.add_row(f"  {stage}", f"{milliseconds:.2f} ms per sample")
    table.add_row("peak memory", f"{result['peak_memory_mb']:.0f} MB")
    Console().print(table)


def peak_memory_mb() -> float:
    """Most memory that this process has held at once, in units of 10^6 bytes."""
    import sys

    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes, on macOS bytes
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
