"""An archive analysed by a real Ray cluster of several nodes on this machine, into a real PostgreSQL."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
import sqlalchemy as sa

from monitor.engine.models import Models
from monitor.engine.run import Run
from monitor.errors import ConfigError, MonitorError
from monitor.plugin.registry import Plugins
from monitor.settings import Settings, load_settings
from monitor.store import Session, Store, queue, tables
from monitor_archive import cluster as cluster_module
from monitor_archive.cluster import Actors, RemoteWorker, connected
from monitor_archive.crew import Crew
from monitor_archive.division import divide_long
from monitor_archive.files import find
from monitor_archive.need import Need
from monitor_archive.recipe import live_recipe, recipe
from monitor_archive.streams import enqueue_streams
from monitor_archive.worker import VANISHED
from tests.conftest import make_clip
from tests.loopback_stream import streaming
from tests.postgresql_server import PostgresqlServer

SECONDS = (40, 50, 60, 70)
PATIENCE_SECONDS = 300.0
NODE = {"num_cpus": 2, "object_store_memory": 80_000_000}


class Machines:
    """A cluster of three machines of two cores each, as Ray sees it; the first, its head, may have none."""

    def __init__(self, *, head_cores: int) -> None:
        self.start(head_cores)

    def start(self, head_cores: int) -> None:
        """The head, and two more; once more where Ray lost its patience, half a minute for each, on a busy machine."""
        from ray.cluster_utils import Cluster

        self.head_cores = head_cores
        for is_last in (False, False, True):
            self._cluster = Cluster()
            try:
                self._cluster.add_node(**{**NODE, "num_cpus": head_cores, "include_dashboard": False})
                self._others = [self._cluster.add_node(**NODE) for _ in range(2)]
            except Exception:
                if is_last:
                    raise
                self._cluster.shutdown()
            else:
                return

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def kill_one(self, process: int | None = None) -> None:
        """A machine that is not the head, or the one that a process of a worker runs on."""
        node = self._others[-1]
        if process is not None:
            parents = {each.pid for each in psutil.Process(process).parents()}
            (node,) = [each for each in self._others if each.all_processes["raylet"][0].process.pid in parents]
        workers = psutil.Process(node.all_processes["raylet"][0].process.pid).children(recursive=True)
        self._others.remove(node)
        self._cluster.remove_node(node, allow_graceful=False)
        for worker in workers:  # which live on for a moment
            with suppress(psutil.NoSuchProcess):
                worker.kill()

    def kill_head(self) -> None:
        self._cluster.remove_node(self._cluster.head_node, allow_graceful=False)

    def shut_down(self) -> None:
        self._cluster.shutdown()


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    # without the second, workers would wait for everything else that this machine does; the rest makes Ray miss a
    # machine that is gone at the fifth failed look within two seconds, not fifteen
    quick = {"RAY_health_check_initial_delay_ms": "1000", "RAY_health_check_period_ms": "300"}
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0", **quick)
    pytest.importorskip("ray.cluster_utils")
    machines = Machines(head_cores=2)
    yield machines
    machines.shut_down()


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("recordings")
    return [make_clip(folder / f"{seconds}.mp4", seconds) for seconds in SECONDS]


def settings(store: str, **more: Any) -> Settings:
    return load_settings(analyzers=["scene-sentiment"], store=store, **more)


def observed(store: Store, name: str) -> pd.DataFrame:
    (session,) = [each for each in store.sessions() if each.name == name]
    assert session.state == "finished"
    return store.observations(session).drop(columns="source_id")


def process_of_newest(store: Store) -> int:
    """The process that records the newest running session."""
    running = sa.select(tables.sessions.c.process).where(tables.sessions.c.state == "running")
    row = store.row(running.order_by(tables.sessions.c.id.desc()))
    assert row is not None
    return int(row["process"])


def batch(address: str, given: dict[str, Any], made: str, told: Connection) -> None:
    """What `monitor batch --cluster` does, in a process of its own: Ray may end the programs of a cluster whose head
    is gone. Tells for how many workers there is room, and the error that it ends with, or None."""
    cluster_module.HEAD_SECONDS = 1.0
    error = None
    try:
        with Store(given["store"]) as store, connected(address) as ray:
            actors = Actors(Settings(**given), made, ray, Need())
            told.send(actors.room())
            Crew(actors, made)(store, lambda: None)
    except MonitorError as problem:
        error = str(problem)
    told.send(error)


def heard(told: Connection) -> Any:
    """The next that a batch tells; one that is silent for PATIENCE_SECONDS fails."""
    assert told.poll(PATIENCE_SECONDS)
    return told.recv()


@contextmanager
def batch_of(machines: Machines, given: Settings, made: str) -> Iterator[tuple[Connection, SpawnProcess]]:
    """A batch that is under way, and what it tells."""
    context = multiprocessing.get_context("spawn")
    told, teller = context.Pipe(duplex=False)
    process = context.Process(target=batch, args=(machines.address, given.model_dump(), made, teller))
    process.start()
    teller.close()  # so that nobody waits for a process that is gone
    try:
        yield told, process
        process.join(PATIENCE_SECONDS)
        assert not process.is_alive()
    finally:
        process.kill()


def test_three_nodes_give_what_one_machine_gives_whatever_dies_meanwhile(
    machines: Machines, recordings: list[Path], postgresql: PostgresqlServer, plugins: Plugins, tmp_path: Path
) -> None:
    distributed = settings(postgresql.new_database(), spool=tmp_path / "spool")
    made = recipe(distributed, plugins)

    def restart_the_database() -> None:
        with postgresql.stopped():
            pass

    with Store(distributed.store, create=True) as store:
        queue.enqueue(store, find(recordings).files, made)
        divide_long(store, distributed, made, 150.0)  # the last one, into two
        faults: list[Callable[[], None]] = [
            lambda: os.kill(process_of_newest(store), signal.SIGKILL),
            restart_the_database,
            machines.kill_one,
            machines.kill_head,
        ]
        with batch_of(machines, distributed, made) as (told, process):
            assert heard(told) == 3
            while faults and process.is_alive():
                # one after the other, each while a recording is under way; the second and third once another has ended
                under_way = [each for each in queue.recordings(store, state="running") if each.session_id is not None]
                if under_way and queue.progress(store, made).ended >= min(2, 4 - len(faults)):
                    faults.pop(0)()
                time.sleep(0.05)
            assert "does not answer any more" in heard(told)
        assert faults == []
        machines.shut_down()
        machines.start(head_cores=0)
        with batch_of(machines, distributed, made) as (told, _):
            assert [heard(told), heard(told)] == [2, None]
        assert queue.progress(store).counts == {"done": 4}
        assert len(store.sessions()) == 4
        alone = settings("alone.db")
        with Store("alone.db", create=True) as expected, closing(Models(alone, plugins)) as models:
            for path in recordings:
                Run([str(path)], alone, plugins, name=path.stem, models=models)()
                pd.testing.assert_frame_equal(observed(store, path.stem), observed(expected, path.stem))


class Enough(Exception):  # noqa: N818 - nothing went wrong
    """The test has seen what it wanted."""


def vanished(store: Store, session: Session) -> pd.DataFrame:
    """The gaps of a stream whose worker was gone."""
    gaps = store.gaps(session)
    return gaps[gaps.reason == VANISHED]


def test_a_live_stream_goes_on_elsewhere_when_its_node_dies(
    machines: Machines, postgresql: PostgresqlServer, plugins: Plugins, tmp_path: Path
) -> None:
    if machines.head_cores:
        machines.shut_down()
        machines.start(head_cores=0)  # so that it is not the head that the stream is watched on
    given = settings(postgresql.new_database(), spool=tmp_path / "spool", every_seconds=0.1)
    made = recipe(given, plugins)
    killed: list[int] = []
    clip = make_clip(tmp_path / "live.ts", 20, codec="mpeg2video", fps=25)
    with Store(given.store, create=True) as store, streaming(clip, 20) as stream:
        streams = live_recipe(made, [stream.address])
        enqueue_streams(store, streams, [stream.address], 1)

        def watch() -> None:
            """Kill the node once it has given samples, and wait until another goes on."""
            if not store.sessions():
                return
            session = store.session("latest")
            if not killed and len(store.samples(session)) >= 5:
                killed.append(process_of_newest(store))
                machines.kill_one(killed[0])
            if killed and (vanished(store, session).end_seconds > 0).any():
                raise Enough

        with connected(machines.address) as ray, pytest.raises(Enough):
            Crew(Actors(given, made, ray, Need(cores=1), streams=streams), streams)(store, watch)
        (session,) = store.sessions()
        samples = store.samples(session)
        assert samples.number.is_monotonic_increasing
        assert samples.seconds.is_monotonic_increasing
        (gap,) = vanished(store, session).to_dict("records")
        assert gap["start_seconds"] in samples.seconds.tolist()
        assert gap["end_seconds"] in samples.seconds.tolist()
        assert gap["end_seconds"] > gap["start_seconds"]


def test_what_cannot_work_is_one_line(machines: Machines, plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    with connected(machines.address) as ray, Store("here.db", create=True) as store:
        path = make_clip(Path("a.mp4"), 1)
        queue.enqueue(store, find([path]).files, "the recipe of another machine")
        with pytest.raises(MonitorError, match=r"^\S+ has other versions of plugins or models than this machine$"):
            Crew(
                Actors(settings("here.db"), "the recipe of another machine", ray, Need()),
                "the recipe of another machine",
            )(store, lambda: None)
        actors = Actors(settings("here.db"), "recipe", ray, Need())
        cards = Actors(settings("here.db"), "recipe", ray, Need(gpus=0.25), most=7)
        small = [{"CPU": 1.0, "memory": 9e9}, {"CPU": 9.0, "memory": 1e9}]
        monkeypatch.setattr(ray, "nodes", lambda: [{"Alive": True, "Resources": each} for each in small])
        with pytest.raises(MonitorError, match=r"^the cluster has no machine with 2 cores, 1\.2 GB of memory, which"):
            actors.room()
        small.append({"CPU": 32.0, "memory": 64e9, "GPU": 1.0})
        assert (actors.room(), cards.room()) == (16, 4)
        elsewhere = [{"Alive": True, "NodeManagerHostname": name} for name in (socket.gethostname(), "elsewhere")]
        monkeypatch.setattr(ray, "nodes", lambda: elsewhere)
        with pytest.raises(ConfigError, match=r"store here\.db is a file, which 2 machines cannot share"):
            Actors(settings("here.db"), "recipe", ray, Need())


def test_a_first_machine_that_does_not_answer_any_more_ends_it_with_one_line(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(machines.address) as ray, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setattr(type(ray.get_runtime_context()), "gcs_address", address)
        actors = Actors(settings("here.db"), "recipe", ray, Need())
        assert actors.room() == 0
        monkeypatch.setattr(cluster_module, "HEAD_SECONDS", 0.0)
        with pytest.raises(MonitorError, match=rf"the cluster at {address} does not answer any more \(.*refused\)"):
            actors.room()
        with pytest.raises(MonitorError, match="does not answer any more"):  # what Ray itself would wait for
            actors._answer(threading.Event().wait)


def test_a_worker_of_another_version_is_refused(plugins: Plugins) -> None:
    given = settings("here.db")
    with pytest.raises(ConfigError, match=r"has version .* of the program, not 0\.0\.1"):
        RemoteWorker(given.model_dump(), recipe(given, plugins), "0.0.1", "a worker")
