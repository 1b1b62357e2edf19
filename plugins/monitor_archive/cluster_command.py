"""`monitor cluster`: machines that work together on one archive."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import Annotated

import psutil
import typer

from monitor.errors import MonitorError
from monitor_archive.options import Analyzers, Config, Every, Gpus, Memory, StoreAddress, Window

cluster_app = typer.Typer(
    help="Machines that work together: `monitor batch --cluster HOST:PORT`.", no_args_is_help=True
)
PORT = 6379
MARK = "MONITOR_CLUSTER"
"""Variable in the environment of all that `start` and `join` begin, as other clusters of Ray may be here too."""
LEAVE_SECONDS = 10.0
"""How long those may take to end."""

Cores = Annotated[
    int | None, typer.Option(min=2, help="Cores of this machine that may be used; by default all of them.")
]


@cluster_app.command()
def start(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port that the others join at.")] = PORT,
    address: Annotated[
        str | None, typer.Option(help="Address of this machine that the others reach; by default the first it has.")
    ] = None,
    cores: Cores = None,
) -> None:
    """Begin a cluster with this machine as its first; it runs on when the command has ended.

    A cluster has no passwords: whoever reaches its port may run programs. Keep it inside a network that you trust.
    """
    from monitor_archive.cluster import imported_ray

    address = address or imported_ray().util.get_node_ip_address()
    _ray("start", "--head", f"--port={port}", f"--node-ip-address={address}", "--include-dashboard=false", *_of(cores))
    print(f"The cluster is at {address}:{port}; `monitor cluster join {address}:{port}` on other machines adds them")


@cluster_app.command()
def join(
    address: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Where the cluster was started.")],
    cores: Cores = None,
) -> None:
    """Add this machine to a cluster; it works until `monitor cluster leave`."""
    _ray("start", f"--address={address}", *_of(cores))
    print(f"This machine belongs to the cluster at {address}")


@cluster_app.command()
def leave() -> None:
    """Take this machine out of its cluster; what it had under way goes on elsewhere.

    Only what `start` and `join` began is ended, and no other cluster of Ray.
    """
    found = [process for process in psutil.process_iter() if _is_marked(process)]
    if not found:
        raise MonitorError(
            "nothing runs here that `monitor cluster start` or `join` began; `ray stop` ends all there is of Ray"
        )
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(found, timeout=LEAVE_SECONDS)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    print("This machine belongs to no cluster any more")


@cluster_app.command()
def status(
    address: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Where the cluster was started.")],
) -> None:
    """List the machines of a cluster."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from monitor.views.console import table_console
    from monitor_archive.cluster import connected

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("machine")
    table.add_column("address")
    table.add_column("cores", justify="right")
    table.add_column("memory", justify="right")
    table.add_column("state")
    with connected(address) as ray:
        for node in ray.nodes():
            resources = node["Resources"]
            table.add_row(
                Text(node["NodeManagerHostname"]),
                Text(node["NodeManagerAddress"]),
                f"{resources.get('CPU', 0):.0f}",
                f"{resources.get('memory', 0) / 1e9:.1f} GB",
                "works" if node["Alive"] else "is gone",
            )
    table_console().print(table)


@cluster_app.command()
def watch(
    cluster: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Where the cluster was started.")],
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...", help="Live streams, each of its own worker.")],
    memory: Memory = None,
    gpus: Gpus = None,
    every: Every = None,
    window: Window = None,
    analyzers: Analyzers = None,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Watch live streams on the machines of a cluster until Ctrl-C, one session each and a core for each.

    Where a machine dies, another goes on with its streams in the same sessions; the time between is a gap there.
    """
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings
    from monitor.store import Store, queue
    from monitor_archive.cluster import Actors, connected
    from monitor_archive.crew import Crew
    from monitor_archive.need import need
    from monitor_archive.recipe import live_recipe, recipe
    from monitor_archive.streams import enqueue_streams

    settings = load_settings(config, every_seconds=every, window_seconds=window, analyzers=analyzers, store=store)
    made = recipe(settings, plugins_in_use())
    with Store(settings.store, create=True) as opened, connected(cluster) as ray:
        streams = live_recipe(made, addresses)
        needed = need(settings, cores=1, gigabytes=memory, gpus=gpus)
        actors = Actors(settings, made, ray, needed, streams=streams)
        enqueue_streams(opened, streams, addresses, actors.room())
        print(f"Watching {len(addresses)} streams (Ctrl-C ends it)", file=sys.stderr)
        try:
            with suppress(KeyboardInterrupt):
                Crew(actors, streams)(opened, lambda: None)
        finally:
            queue.forget(opened, streams)


@cluster_app.command()
def simulate(
    nodes: Annotated[str, typer.Option(help="Numbers of machines to tell of, separated by commas.")] = "1,4,16,64",
    cores: Annotated[int, typer.Option(min=2, help="Cores of each.")] = 4,
    recordings: Annotated[int, typer.Option(min=1, help="How many recordings there are.")] = 3000,
    speed: Annotated[float, typer.Option(min=0.01, help="Seconds of a recording that a worker analyses in one.")] = 7.5,
    decode_speed: Annotated[float, typer.Option(min=0.01, help="The same of decoding alone.")] = 13.0,
    start: Annotated[float, typer.Option(min=0.0, help="Seconds that a worker needs to begin.")] = 10.0,
    overhead: Annotated[float, typer.Option(min=0.0, help="Seconds that each recording costs beside that.")] = 0.5,
    database_ms: Annotated[float, typer.Option(min=0.0, help="Milliseconds of the database for a transaction.")] = 1.4,
    database_cores: Annotated[int, typer.Option(min=1, help="Cores of the database's machine.")] = 4,
    pieces: Annotated[float | None, typer.Option(min=0.1, metavar="MINUTES", help="As of `monitor batch`.")] = None,
    seed: Annotated[int, typer.Option(help="Of the lengths that are drawn.")] = 0,
) -> None:
    """Say how long an archive would take on so many machines, by a simulation of the queue.

    Lengths are drawn from those of the talks on ted.com: median 14 minutes, one in a hundred half an hour or more, the
    longest 88 minutes. Of each number of machines: the time, and the share of it in which workers analyse.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from monitor.views.clock import clock
    from monitor.views.console import table_console
    from monitor_archive import simulation
    from monitor_archive.need import CORES_EACH

    try:
        counts = [int(number) for number in nodes.split(",")]
    except ValueError:
        raise typer.BadParameter(f"{nodes!r} are no numbers, such as 1,4,16", param_hint="--nodes") from None
    model = simulation.Model(speed, decode_speed, start, overhead, database_ms, database_cores)
    drawn = simulation.lengths(recordings, seed).tolist()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("machines", "workers", "time", "efficiency", "database busy"):
        table.add_column(heading, justify="right")
    for count in counts:
        workers = count * (cores // CORES_EACH)
        found = simulation.simulate(drawn, workers, model, None if pieces is None else 60.0 * pieces)
        busy = f"{100 * found.database_busy:.0f} %"
        table.add_row(str(count), str(workers), clock(found.seconds), f"{found.efficiency:.3f}", busy)
    console = table_console()
    console.print(f"{recordings:,} recordings, {sum(drawn) / 3600:,.0f} hours")
    console.print(table)


def _is_marked(process: psutil.Process) -> bool:
    try:
        return MARK in process.environ()
    except (psutil.Error, OSError):  # of somebody else, or gone
        return False


def _of(cores: int | None) -> list[str]:
    return [] if cores is None else [f"--num-cpus={cores}"]


def _ray(*words: str) -> None:
    """Run a command of Ray, whose processes are marked. Raises MonitorError with its last words where it fails."""
    from monitor_archive.cluster import imported_ray

    imported_ray()
    lean = {"RAY_prestart_worker_first_driver": "0"}  # else each batch begins programs of Ray that it never uses
    command = [sys.executable, "-m", "ray.scripts.scripts", *words]
    done = subprocess.run(command, capture_output=True, text=True, env={**lean, **os.environ, MARK: "yes"})
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise MonitorError(f"Ray could not {words[0]}: {said[-1] if said else f'exit code {done.returncode}'}")
