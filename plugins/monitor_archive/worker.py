"""A worker: takes recording after recording from the queue, with models that are loaded once."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from monitor.engine.findings import Findings, Found
from monitor.engine.look import look
from monitor.engine.models import Models
from monitor.engine.run import Run
from monitor.errors import MonitorError, SourceError, StoreAway
from monitor.plugin.registry import Plugins
from monitor.settings import Settings
from monitor.sources import Gap, Source, open_source
from monitor.store import Store, pieces, queue
from monitor.store.queue import Recording
from monitor.store.spool import RETRY_SECONDS, write_leftovers
from monitor.store.unfinished import Unfinished, end_whole, unfinished
from monitor_archive.addresses import open_recording
from monitor_archive.lease import Lease, worker_name

log = logging.getLogger("monitor")

T = TypeVar("T")
LOOK_SECONDS = 1.0
"""Time between two looks at an empty queue."""
AGAIN_SECONDS = 10.0
"""A live stream that is not there is tried again after that."""
VANISHED = "whoever watched it is gone"
"""Reason of the gap until another goes on with a live stream."""
STOPPED = "stopped"
"""Instead of an error: something of a recording is left to be done."""


class Worker:
    """Empties the part of the queue that has one recipe; `stop` may be called from a signal handler."""

    def __init__(
        self,
        settings: Settings,
        plugins: Plugins,
        recipe: str,
        parent: int | None = None,
        *,
        stay: bool = False,
        live: bool = False,
        name: str | None = None,
    ) -> None:
        """`parent` is the process that has to live while this one works, None where there is none; with `stay` an
        empty queue is looked at again and again. `live` says that the queue is of live streams, which do not end and
        are tried again where they are not there. `name` is that in the queue, by default of machine and process."""
        self._settings, self._plugins, self._recipe = settings, plugins, recipe
        self._parent, self._stay, self._live = parent, stay, live
        self._name = name or worker_name(os.getpid())
        self._stopping = threading.Event()
        self._run: Run | None = None

    def stop(self) -> None:
        """Store what was analysed so far, give the recording back and end."""
        self._stopping.set()
        self._stop_run()

    def _stop_run(self) -> None:
        run = self._run
        if run is not None:
            run.stop()

    def __call__(self) -> None:
        """Work until the queue is empty (without `stay`) or `stop` was called.

        Raises MonitorError where models or store do not open.
        """
        store = self._once_back(partial(Store, self._settings.store))
        if store is None:
            return
        with store, closing(Models(self._settings, self._plugins)) as models:
            while not self._stopping.is_set():
                taken = self._once_back(partial(queue.take, store, self._recipe, self._name))
                if taken is not None:
                    self._analyse(store, models, taken)
                elif not self._stay or self._is_orphan():
                    return
                else:
                    self._stopping.wait(LOOK_SECONDS)

    def _once_back(self, ask: Callable[[], T]) -> T | None:
        """What `ask` gives, once the database is not away; None where it does not come back before `stop`."""
        while True:
            try:
                return ask()
            except StoreAway as error:
                if self._is_orphan() or self._stopping.wait(RETRY_SECONDS):
                    log.warning("%s", error)
                    return None

    def _analyse(self, store: Store, models: Models, taken: Recording) -> None:
        """Analyse a recording, or what is left of it, and note in the queue how that ended."""
        try:
            with Lease(self._renewal(store, taken), self._stop_run) as lease:
                error = self._error(store, models, taken, lease)
        except StoreAway:  # what was recorded is on the disk
            error = STOPPED
        except SourceError as problem:
            error = str(problem).removeprefix(f"{taken.shown_path}: ")
            if self._live:
                log.warning("%s; it is tried again", problem)
                self._stopping.wait(AGAIN_SECONDS)
                error = STOPPED
        except MonitorError as problem:
            error = str(problem)
        self._once_back(partial(self._note, store, taken, error))

    def _note(self, store: Store, taken: Recording, error: str | None) -> None:
        """Write what a run had to leave on this machine's disk, then give the recording back or end it."""
        write_leftovers(store, self._settings.spool)
        if error is STOPPED:
            queue.give_back(store, taken.id, self._name)
        else:
            queue.end(store, taken.id, self._name, error)

    def _error(self, store: Store, models: Models, taken: Recording, lease: Lease) -> str | None:
        """Analyse a recording to its end: None, or what went wrong; STOPPED where something is left to do."""
        if taken.piece_of is not None:
            return self._look(store, models, taken, lease)
        left = None if taken.session_id is None else unfinished(store, taken.session_id)
        if left is not None and left.is_whole:
            end_whole(store, left)
            return None
        try:
            findings = Findings(map(Found.of_text, pieces.lines(store, taken)))
            run = self._run = self._begin(store, models, taken, left, findings)
            if self._stopping.is_set() or lease.is_lost:  # while there was no run yet that could have been stopped
                run.stop()
            summary = run(lambda _: lease.note_step())
        finally:
            self._run = None
        errors = [source["error"] for source in summary.sources if source["error"]]
        errors += [fault for source in summary.sources for fault in source["switched_off"].values()]
        if errors:
            return str(errors[0])
        return None if summary.state == "finished" else STOPPED

    def _look(self, store: Store, models: Models, taken: Recording, lease: Lease) -> str | None:
        """Look at a piece of a recording, and keep what was found."""
        source = open_recording(
            taken.path,
            every_seconds=self._settings.every_seconds,
            start_seconds=taken.start_seconds or 0.0,
            until_seconds=taken.until_seconds,
            hwaccel=self._settings.hwaccel,
        )
        lines = []
        for found in look(source, models, self._settings.batch_size):
            lines.append(found.text())
            lease.note_step()
            if self._stopping.is_set() or lease.is_lost:
                return STOPPED
        self._once_back(partial(pieces.keep, store, taken, self._name, lines))
        return None

    def _renewal(self, store: Store, taken: Recording) -> Callable[[], bool]:
        """What renews the lease of a recording; False where it is another's by now, or held."""
        lives = False

        def renew() -> bool:
            nonlocal lives
            forgive, lives = lives and self._live, True  # over weeks, machines die that no stream has killed
            if self._is_orphan():
                self.stop()
            return queue.renew(store, taken.id, self._name, forgive=forgive)

        return renew

    def _begin(
        self, store: Store, models: Models, taken: Recording, left: Unfinished | None, findings: Findings
    ) -> Run:
        return Run(
            [self._opened(taken.path, left)],
            self._settings,
            self._plugins,
            name=Path(taken.shown_path).stem,
            models=models,
            unfinished=left,
            findings=findings,
            store=store,
            begun=partial(queue.begin, number=taken.id, worker=self._name),
        )

    def _opened(self, path: str, left: Unfinished | None) -> Source:
        """A recording, or what is left of it; a live stream, or how it goes on."""
        options: dict[str, Any] = {
            "every_seconds": self._settings.every_seconds,
            "first_index": left.next_number if left else 0,
            "hwaccel": self._settings.hwaccel,
        }
        if not self._live:
            return open_recording(path, start_seconds=left.next_seconds if left else 0.0, **options)
        if left is not None and left.began_at is not None:
            options |= {"began_at": left.began_at, "earlier": Gap(left.seconds, VANISHED)}
        return open_source(path, silent_seconds=self._settings.silent_seconds, **options)

    def _is_orphan(self) -> bool:
        return self._parent is not None and os.getppid() != self._parent
