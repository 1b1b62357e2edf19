"""Workers on the machines of a Ray cluster, all on one queue. Ray places them and says when one dies.

Needs the extra `cluster`.
"""

from __future__ import annotations

import importlib.metadata
import itertools
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from monitor.errors import ConfigError, MonitorError
from monitor.plugin.registry import Plugins
from monitor.settings import Settings
from monitor_archive.crew import LOOK_SECONDS, STOP_SECONDS, Ended
from monitor_archive.need import Need
from monitor_archive.recipe import recipe as made_recipe

T = TypeVar("T")
PROGRAM = "emotion-monitor"
HEAD_SECONDS = 20.0
"""A first machine that has not answered for so long is gone. After a minute Ray ends all programs of its cluster."""
GONE_SECONDS = 5.0
"""How long workers may take to store what they have where the first machine is gone, and Ray is about to end all."""


def imported_ray() -> Any:
    """The package `ray`, with its reports to its makers switched off. Raises ConfigError where it is not installed."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise ConfigError("a cluster needs Ray: pip install 'emotion-monitor[cluster]'") from None
    return ray


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Ray, connected to the cluster at `address`, HOST:PORT. Raises ConfigError where there is none."""
    ray = imported_ray()
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise ConfigError(f"no cluster answers at {address} ({reason}); `monitor cluster start` begins one") from None
    try:
        yield ray
    finally:
        ray.shutdown()


class RemoteWorker:
    """A worker on a machine of the cluster; `stop` is answered while `work` goes on."""

    def __init__(
        self, settings: dict[str, Any], recipe: str, version: str, name: str, streams: str | None = None
    ) -> None:
        """`streams` is the recipe of the live streams that it is to watch; None for recordings.

        Raises ConfigError where this machine has another version of the program, of a plugin or of a model.
        """
        from monitor_archive.worker import Worker  # whoever begins this actor needs nothing of it

        here = importlib.metadata.version(PROGRAM)
        if here != version:
            raise ConfigError(f"{socket.gethostname()} has version {here} of the program, not {version}")
        read = Settings(**settings)
        self._plugins = Plugins(read.plugins.disabled)
        if made_recipe(read, self._plugins) != recipe:
            raise ConfigError(f"{socket.gethostname()} has other versions of plugins or models than this machine")
        self._worker = Worker(read, self._plugins, streams or recipe, live=streams is not None, name=name)

    def work(self) -> None:
        """Work until the queue is empty. Raises MonitorError where models or store do not open."""
        with self._plugins.in_use():
            self._worker()

    def stop(self) -> None:
        """Store what is under way, give it back and let `work` end."""
        self._worker.stop()


class Actors:
    """Workers of one recipe on the machines of a cluster, as many as those have what each needs."""

    def __init__(
        self,
        settings: Settings,
        recipe: str,
        ray: Any,
        need: Need,
        *,
        most: int | None = None,
        streams: str | None = None,
    ) -> None:
        """At most `most` workers, by default as many as there is room for; machines may come and go. `streams` is the
        recipe of live streams that they are to watch, None where they analyse recordings.

        Raises ConfigError where the store is a file and the cluster has several machines.
        """
        hosts = {node["NodeManagerHostname"] for node in ray.nodes() if node["Alive"]}
        if "://" not in settings.store and hosts != {socket.gethostname()}:
            raise ConfigError(
                f"store {settings.store} is a file, which {len(hosts)} machines cannot share; give a PostgreSQL URL"
            )
        if "://" not in settings.store:
            settings = settings.model_copy(update={"store": str(Path(settings.store).resolve())})
        self._settings, self._recipe, self._ray, self._most = settings, recipe, ray, most
        self._need, self._streams = need, streams
        self._names = (f"{socket.gethostname()}:{os.getpid()}/{number}" for number in itertools.count(1))
        self._workers: dict[str, tuple[Any, Any]] = {}
        """Name -> the actor, and what its `work` will return."""
        self._head: str = ray.get_runtime_context().gcs_address
        self._answered_at = time.monotonic()

    def __len__(self) -> int:
        return len(self._workers)

    def room(self) -> int:
        """Raises MonitorError where no machine has what a worker needs, or the first one is gone."""
        if not self._head_answers():
            return 0
        machines = [node["Resources"] for node in self._answer(self._ray.nodes) if node["Alive"]]
        found = ((each.get("CPU", 0), each.get("memory", 0), each.get("GPU", 0)) for each in machines)
        places = sum(self._need.places(*each) for each in found)
        if not places:
            raise MonitorError(f"the cluster has no machine with {self._need}, which a worker needs")
        return max(0, (places if self._most is None else min(places, self._most)) - len(self._workers))

    def _head_answers(self) -> bool:
        """Whether the cluster's first machine answers now. Raises MonitorError where it has not for HEAD_SECONDS."""
        problem = self._head_problem()
        if problem is None:
            self._answered_at = time.monotonic()
        elif time.monotonic() - self._answered_at > HEAD_SECONDS:
            raise MonitorError(
                f"the cluster at {self._head} does not answer any more ({problem}); start it again, then the same "
                "`monitor batch --cluster`: it goes on where this one was"
            )
        return problem is None

    def _head_problem(self) -> str | None:
        """Why the cluster's first machine cannot be reached; None where it can."""
        host, _, port = self._head.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=LOOK_SECONDS).close()
        except OSError as error:
            return str(error.strerror or error)
        return None

    def _answer(self, ask: Callable[[], T]) -> T:
        """What Ray answers, where that takes the first machine. Raises MonitorError where that is gone.

        Ray itself would wait for it, and end this program after a minute; so the question is left alone then.
        """
        answer = Future[T]()

        def wait() -> None:
            try:
                answer.set_result(ask())
            except BaseException as error:
                answer.set_exception(error)

        threading.Thread(target=wait, name="question to Ray", daemon=True).start()
        while not answer.done():
            with suppress(TimeoutError):
                answer.exception(LOOK_SECONDS)
            if not answer.done():
                self._head_answers()
        return answer.result()

    def begin(self) -> None:
        name = next(self._names)
        self._workers[name] = self._answer(partial(self._begun, name))

    def _begun(self, name: str) -> tuple[Any, Any]:
        """A new actor, and what its `work` will return."""
        need = {"num_cpus": self._need.cores, "memory": 1e9 * self._need.gigabytes, "num_gpus": self._need.gpus}
        remote = self._ray.remote(**need, max_concurrency=2)(RemoteWorker)
        version = importlib.metadata.version(PROGRAM)
        actor = remote.remote(self._settings.model_dump(), self._recipe, version, name, self._streams)
        return actor, actor.work.remote()

    def ended(self) -> list[Ended]:
        """Raises the MonitorError that made a worker unable to work."""
        names = {ref: name for name, (_, ref) in self._workers.items()}
        refs, _ = self._ray.wait(list(names), num_returns=len(names), timeout=0) if names else ([], [])
        gone = []
        for ref in refs:
            del self._workers[names[ref]]
            gone.append(Ended(names[ref], self._fault(ref)))
        return gone

    def _fault(self, ref: Any) -> str | None:
        """How a worker died, None where it ended by itself."""
        exceptions = self._ray.exceptions
        try:
            self._ray.get(ref)
        except exceptions.RayTaskError as error:
            raise MonitorError(str(error.cause)) from None
        except exceptions.RayActorError as error:
            lines = str(error).strip().splitlines()
            if error.actor_init_failed:  # Ray gives the exception as text, whose last line is `type: message`
                raise MonitorError(lines[-1].partition(": ")[2] or lines[-1]) from None
            return lines[0]
        except exceptions.RayError as error:  # its machine is gone
            return str(error).strip().splitlines()[0]
        return None

    def stop(self) -> list[str]:
        refs = [ref for _, ref in self._workers.values()]
        for actor, _ in self._workers.values():
            actor.stop.remote()
        is_gone = self._head_problem() is not None
        if refs:
            self._ray.wait(refs, num_returns=len(refs), timeout=GONE_SECONDS if is_gone else STOP_SECONDS)
        if not is_gone:
            for actor, _ in self._workers.values():
                self._ray.kill(actor)
        names = list(self._workers)
        self._workers.clear()
        return names
