"""Runs that were started over HTTP: each in a thread of its own, whether or not its client is still there."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from monitor.engine.models import Models
from monitor.engine.run import Run
from monitor.engine.shared_models import SharedModels
from monitor.errors import MonitorError
from monitor.plugin import Sink
from monitor.plugin.registry import Plugins
from monitor.settings import Settings
from monitor.sources import Source
from monitor_service.problems import Problem

log = logging.getLogger(__name__)

END_SECONDS = 30.0
"""How long a run may take to end when the service does."""


@dataclass(frozen=True, eq=False)
class RunUnderWay:
    """A run and its thread."""

    run: Run
    thread: threading.Thread

    @property
    def session_id(self) -> int:
        """Number of the session that it records."""
        return self.run.recorder.session_id


class Runs:
    """The runs under way; any thread may use it."""

    def __init__(self, settings: Settings, plugins: Plugins, most: int, shared: SharedModels) -> None:
        """Runs are as `settings` say, with the models that are `shared`; at most `most` are under way at once."""
        self.settings = settings.model_copy(update={"picture_port": 0})  # one port would do for one run only
        self._plugins = plugins
        self._most = most
        self.shared = shared
        self._under_way: dict[int, RunUnderWay] = {}
        self._opening = 0
        self._closed = False
        self._lock = threading.Lock()

    @property
    def under_way(self) -> list[RunUnderWay]:
        """Those that have not ended, the oldest first."""
        with self._lock:
            return [self._under_way[number] for number in sorted(self._under_way)]

    def start(
        self,
        sources: Sequence[str | Source],
        *,
        name: str | None = None,
        analyzers: Sequence[str] | None = None,
        every_seconds: float | None = None,
        start_seconds: float = 0.0,
        until_seconds: float | None = None,
        sinks: Mapping[str, Sink] | None = None,
    ) -> RunUnderWay:
        """Open sources and models, and begin. Raises Problem 429 where too many are under way, and MonitorError where
        something cannot be opened."""
        given = {"analyzers": None if analyzers is None else list(analyzers), "every_seconds": every_seconds}
        settings = self.settings.model_copy(update={key: value for key, value in given.items() if value is not None})
        with self._lock:
            if self._closed or len(self._under_way) + self._opening >= self._most:
                message = f"{self._most} runs are under way, which is the most; stop one, or wait for its end"
                raise Problem(429, "busy", message, {"Retry-After": "10"})
            self._opening += 1
        try:
            with ExitStack() as undo:
                models = undo.enter_context(closing(Models(settings, self._plugins, shared=self.shared)))
                run = Run(
                    sources,
                    settings,
                    self._plugins,
                    start_seconds=start_seconds,
                    until_seconds=until_seconds,
                    name=name,
                    models=models,
                    sinks=sinks,
                )
                undo.pop_all()
        except BaseException:
            with self._lock:
                self._opening -= 1
            raise
        number = run.recorder.session_id
        thread = threading.Thread(target=self._record, args=(run, models), name=f"run of session {number}", daemon=True)
        started = RunUnderWay(run, thread)
        with self._lock:
            self._opening -= 1
            self._under_way[number] = started
            if self._closed:  # while it was being opened
                run.stop()
            thread.start()
        return started

    def stop(self, session_id: int) -> RunUnderWay:
        """End a run soon, with everything stored. Raises Problem 404 where it is not under way here."""
        with self._lock:
            found = self._under_way.get(session_id)
        if found is None:
            message = f"session {session_id} is no run under way here; GET /v1/runs lists those"
            raise Problem(404, "unknown_run", message)
        found.run.stop()
        return found

    def close(self) -> None:
        """Stop all runs, and wait until they have ended."""
        with self._lock:
            self._closed = True
        for each in self.under_way:
            each.run.stop()
        for each in self.under_way:
            each.thread.join(END_SECONDS)

    def _record(self, run: Run, models: Models) -> None:
        try:
            with closing(models):
                run()
        except MonitorError as error:  # the session keeps it, for whoever looks there
            log.error("session %d failed: %s", run.recorder.session_id, error)
        finally:
            with self._lock:
                del self._under_way[run.recorder.session_id]
