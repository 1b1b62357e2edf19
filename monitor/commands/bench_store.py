"""`monitor bench-store`: what long sessions cost in memory, in a live page's reading and in exports."""

from __future__ import annotations

import gc
import json as jsonlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.commands.bench.memory import memory_mb

if TYPE_CHECKING:
    from monitor.store import Store
    from monitor.testing.door_camera import DoorCamera

REFRESHES = 30
REACH_SECONDS = 120.0
"""What the live page shows by default."""
EXPORTS = {
    "csv": ("--format", "csv"),
    "csv, smoothed": ("--format", "csv", "--half-life", "2"),
    "parquet": ("--format", "parquet"),
    "json": ("--format", "json"),
}


def bench_store(
    hours: Annotated[float, typer.Option(min=0.2, help="Length of the made-up session.")] = 10.0,
    people: Annotated[int, typer.Option(min=1, help="People who come and go in that time.")] = 6000,
    store: Annotated[
        str | None, typer.Option(help="Database to measure in, where the session then stays; by default a new file.")
    ] = None,
    exports: Annotated[bool, typer.Option(help="Whether to measure exports too.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Record a made-up session of a door camera as fast as possible, then measure what reading it costs.

    The session is always the same. Memory is that of the process after ten minutes of the session and at its end. A
    refresh is everything that the live page reads of the newest two minutes; median and slowest of thirty. Exports run
    in processes of their own; their memory is the most that such a process held.
    """
    from monitor.store import Store
    from monitor.testing.door_camera import DoorCamera

    with tempfile.TemporaryDirectory(prefix="monitor-bench-store-") as folder:
        address = store or str(Path(folder) / "bench.db")
        with Store(address, create=True) as opened:
            camera = DoorCamera(opened, hours, people)
            result = {"hours": hours, "people": people, **recording(opened, camera)}
            with Store(address) as reader:
                result["refresh_ms"] = refreshes_ms(reader, camera.recorder.session_id)
            camera.recorder.finish("finished")
        if exports:
            result["exports"] = {
                name: export(address, camera.recorder.session_id, options, Path(folder) / "export")
                for name, options in EXPORTS.items()
            }
    if json:
        print(jsonlib.dumps(result))
    else:
        print_table(result)


def recording(store: Store, camera: DoorCamera) -> dict[str, Any]:
    """Record the whole session; what that took."""
    import sqlalchemy as sa

    written = {"thumbnails": 0}

    def count(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("INSERT INTO thumbnails"):
            written["thumbnails"] += len(parameters) if isinstance(parameters, list) else 1

    sa.event.listen(store.engine, "before_cursor_execute", count)
    began = time.perf_counter()
    camera.play(600.0)
    early = memory_in_use_mb()
    camera.play(3600.0 * camera.hours)
    late = memory_in_use_mb()
    sa.event.remove(store.engine, "before_cursor_execute", count)
    return {
        "samples": camera.samples,
        "observations": camera.observations,
        "recording_ms_per_sample": 1e3 * (time.perf_counter() - began) / camera.samples,
        "memory_after_ten_minutes_mb": early,
        "memory_at_the_end_mb": late,
        "thumbnails_written_per_person": written["thumbnails"] / camera.people,
    }


def refreshes_ms(store: Store, session_id: int) -> dict[str, float]:
    """Median and slowest reading of a live page, in milliseconds, once it is warm."""
    from statistics import median

    from monitor.readout.newest import newest
    from monitor.readout.shown import Shown

    shown, times = Shown(store), []
    for _ in range(REFRESHES + 1):
        began = time.perf_counter()
        session = next(session for session in store.sessions() if session.id == session_id)
        (source,) = store.sources(session.id)
        newest(store, shown, session, source, session.analyzers, REACH_SECONDS)
        times.append(1e3 * (time.perf_counter() - began))
    return {"median": median(times[1:]), "slowest": max(times[1:])}


def export(address: str, session_id: int, options: tuple[str, ...], path: Path) -> dict[str, float]:
    """Seconds, and most memory at once in units of 10^6 bytes, of `monitor export` with these options."""
    import psutil

    command = [sys.executable, "-m", "monitor", "export", str(session_id), "--store", address, *options]
    began, most = time.perf_counter(), 0
    process = subprocess.Popen([*command, "-o", str(path)], stderr=subprocess.DEVNULL)
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss)
        except psutil.Error:
            break  # it has just ended
        time.sleep(0.02)
    if process.wait() != 0:
        raise RuntimeError(f"monitor export ended with {process.returncode}")
    return {"seconds": time.perf_counter() - began, "memory_mb": most / 1e6}


def memory_in_use_mb() -> float:
    """Memory that this process holds now without what waits to be collected, in units of 10^6 bytes."""
    gc.collect()
    return memory_mb()


def print_table(result: dict[str, Any]) -> None:
    from rich.table import Table

    from monitor.views.console import table_console

    title = f"{result['hours']:g} hours, {result['people']:,} people, {result['observations']:,} observations"
    table = Table(show_header=False, title=title, title_justify="left")
    early, late = result["memory_after_ten_minutes_mb"], result["memory_at_the_end_mb"]
    table.add_row("recording one sample", f"{result['recording_ms_per_sample']:.2f} ms")
    table.add_row("memory after ten minutes", f"{early:.0f} MB")
    table.add_row("memory at the end", f"{late:.0f} MB ({late - early:+.0f})")
    table.add_row("thumbnails written", f"{result['thumbnails_written_per_person']:.1f} per person")
    refresh = result["refresh_ms"]
    table.add_row("one refresh of the live page", f"{refresh['median']:.1f} ms, slowest {refresh['slowest']:.1f}")
    for name, measured in result.get("exports", {}).items():
        table.add_row(f"export, {name}", f"{measured['seconds']:.0f} s, {measured['memory_mb']:.0f} MB")
    table_console().print(table)
