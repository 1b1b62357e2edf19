"""Workers as processes of this machine."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import time
from multiprocessing.context import SpawnProcess

import psutil

from monitor.commands.error_line import EXIT_CODE
from monitor.errors import MonitorError
from monitor.settings import Settings
from monitor_archive.crew import STOP_SECONDS, Ended
from monitor_archive.lease import worker_name
from monitor_archive.need import Need
from monitor_archive.worker_process import work


def most_at_once(need: Need) -> int:
    """How many workers this machine has room for, one at least: as cores and free memory allow. Graphics cards are not
    counted."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, need.places(cores, psutil.virtual_memory().available, math.inf))


class Processes:
    """Workers of one recipe on this machine."""

    def __init__(self, settings: Settings, recipe: str, most: int, *, stay: bool = False) -> None:
        """At most `most`; with `stay` each waits for more when the queue is empty."""
        self._settings, self._recipe, self._most, self._stay = settings, recipe, most, stay
        self._workers: list[SpawnProcess] = []

    def __len__(self) -> int:
        return len(self._workers)

    def room(self) -> int:
        return self._most - len(self._workers)

    def begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        arguments = (self._settings.model_dump(), self._recipe, os.getpid(), self._stay)
        worker = context.Process(target=work, args=arguments, name="monitor worker")
        worker.start()
        self._workers.append(worker)

    def ended(self) -> list[Ended]:
        """Raises MonitorError where a worker said on standard error why it cannot go on."""
        gone = [worker for worker in self._workers if not worker.is_alive()]
        self._workers = [worker for worker in self._workers if worker not in gone]
        if any(worker.exitcode == EXIT_CODE for worker in gone):
            raise MonitorError("a worker could not go on; the reason is above")
        return [
            Ended(worker_name(worker.pid or 0), f"exit code {worker.exitcode}" if worker.exitcode else None)
            for worker in gone
        ]

    def stop(self) -> list[str]:
        for worker in self._workers:
            worker.terminate()
        end = time.monotonic() + STOP_SECONDS
        for worker in self._workers:
            worker.join(max(0.0, end - time.monotonic()))
            if worker.is_alive():
                os.kill(worker.pid or 0, signal.SIGKILL)
                worker.join()
        names = [worker_name(worker.pid or 0) for worker in self._workers]
        self._workers.clear()
        return names
