"""`monitor bench-batch`: what a batch, and a cluster, cost beside one run over the same recordings."""

from __future__ import annotations

import json as jsonlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.errors import MonitorError

if TYPE_CHECKING:
    import psutil

LOOK_SECONDS = 0.1
"""Time between two looks at the processor time of processes; one that ends takes what it used since with it."""
CLUSTER_PROGRAMS = ("raylet", "gcs_server")


def bench_batch(
    recordings: Annotated[int, typer.Option(min=1, help="How many.")] = 40,
    seconds: Annotated[float, typer.Option(min=1.0, help="Length of each, of the demo clip.")] = 60.0,
    rounds: Annotated[int, typer.Option(min=1, help="How often each way is measured, in turn.")] = 3,
    analyzers: Annotated[str | None, typer.Option(help="Analyzers to run, separated by commas.")] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Measure this cluster, of this machine alone, as well.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Measure `monitor run` over all recordings, `monitor batch` one at a time, and `monitor batch --cluster`.

    Each way is a program of its own, start and loading of models included, that writes into a new store, and they take
    turns. Told are wall clock, and processor time of all processes that belong to it; medians over the rounds. On a
    machine that does other things only the latter is worth anything. Ratios are throughputs against that of `run`.
    """
    ways = {"run": [], "batch": ["--at-once", "1"]}
    if cluster is not None:
        ways["batch --cluster"] = ["--cluster", cluster, "--at-once", "1"]
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory(prefix="monitor-bench-batch-") as folder:
        files = made_recordings(Path(folder, "recordings"), recordings, seconds)
        for number in range(rounds):
            for name, options in ways.items():
                command = [sys.executable, "-m", "monitor", name.split()[0], *map(str, files), *options]
                command += ["--store", str(Path(folder, f"{name} {number}.db"))]
                command += ["--analyzers", analyzers] if analyzers else []
                measured[name].append(spent(command, Path(folder), cluster if "--cluster" in options else None))
    result: dict[str, Any] = {"recordings": recordings, "seconds": seconds, "rounds": rounds}
    for name, times in measured.items():
        result[name] = {"wall": median(wall for wall, _ in times), "processor": median(used for _, used in times)}
    if json:
        print(jsonlib.dumps(result))
    else:
        print_table(result, list(ways))


def made_recordings(folder: Path, count: int, seconds: float) -> list[Path]:
    """So many files of one clip, each with a number at its end, where nobody but a digest looks."""
    from monitor.demo.clip import make_demo_clip
    from monitor.plugin.registry import plugins_in_use

    folder.mkdir()
    first = folder / "1.mp4"
    with closing(plugins_in_use().get("face_detectors", "mediapipe").make()) as detector:
        make_demo_clip(first, detector, seconds)
    files = [first]
    for number in range(2, count + 1):
        files.append(folder / f"{number}.mp4")
        shutil.copyfile(first, files[-1])
    for number, path in enumerate(files):
        with path.open("ab") as file:
            file.write((12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big"))  # a box of 12 bytes to skip
    return files


def spent(command: Sequence[str], folder: Path, cluster: str | None = None) -> tuple[float, float]:
    """Seconds of wall clock and of processor time of a program with all its processes and, where it has a cluster work,
    those of that on this machine. Raises MonitorError where it fails."""
    import psutil

    programs = [] if cluster is None else _programs(cluster)
    before = dict(_used(programs))
    after: dict[psutil.Process, float] = {}
    began = time.perf_counter()
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        own = psutil.Process(process.pid)
        while process.poll() is None:
            after |= dict(_used([own, *programs]))
            time.sleep(LOOK_SECONDS)
        wall = time.perf_counter() - began
        output.seek(0)
        if process.returncode:
            raise MonitorError(f"`{' '.join(command[2:4])} ...` failed: {output.read().strip()[-500:]}")
    return wall, sum(after.values()) - sum(used for process, used in before.items() if process in after)


def _used(roots: Sequence[psutil.Process]) -> Iterator[tuple[psutil.Process, float]]:
    """Processes and all below them, with the seconds of processor time that each has used by itself."""
    import psutil

    for root in roots:
        try:
            for process in (root, *root.children(recursive=True)):
                times = process.cpu_times()
                yield process, times.user + times.system
        except psutil.Error:  # it has just ended
            continue


def _programs(cluster: str) -> list[psutil.Process]:
    """The programs of a cluster on this machine that begin all others: those of the session of Ray that has its
    address. Raises MonitorError where there are none."""
    import psutil

    running = [each for each in psutil.process_iter(["name", "cmdline"]) if each.info["name"] in CLUSTER_PROGRAMS]
    words = {each: set(each.info["cmdline"] or ()) for each in running}
    sessions = {
        word
        for each in running
        if f"--gcs-address={cluster}" in words[each]
        for word in words[each]
        if word.startswith("--session-name=")
    }
    if not sessions:
        raise MonitorError(f"no cluster of this machine is at {cluster}; `monitor cluster start` begins one")
    return [each for each in running if words[each] & sessions]


def print_table(result: dict[str, Any], ways: Sequence[str]) -> None:
    from rich.table import Table

    from monitor.views.console import table_console

    title = f"{result['recordings']} recordings of {result['seconds']:g} s, medians of {result['rounds']}"
    table = Table("", "wall clock", "ratio", "processor", "ratio", title=title, title_justify="left")
    for name in ways:
        wall, processor = result[name]["wall"], result[name]["processor"]
        ratios = (f"{result['run'][kind] / result[name][kind]:.3f}" for kind in ("wall", "processor"))
        first, second = ratios
        table.add_row(name, f"{wall:.1f} s", first, f"{processor:.1f} s", second)
    table_console().print(table)
