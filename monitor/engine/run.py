"""The engine, one page from source to store.

source -> sampler -> faces -> analyzers -> observations -> shares -> store
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial

import sqlalchemy as sa

from monitor.engine.findings import Findings
from monitor.engine.gathering import Gathering
from monitor.engine.guard import Guard
from monitor.engine.models import Models
from monitor.engine.opening import Opening
from monitor.engine.reader import Reader
from monitor.engine.stream import InFlight, Stream
from monitor.engine.summary import Summary, summarise
from monitor.errors import AnalyzerError
from monitor.plugin.contracts import Sink
from monitor.plugin.registry import Plugins
from monitor.sample import Sample
from monitor.settings import Settings
from monitor.sources import Gap, Source
from monitor.store import Store
from monitor.store.records import slow_stage
from monitor.store.unfinished import Unfinished

log = logging.getLogger("monitor")

FACES = "faces"
"""The face stage's name among the stages."""
STOP_SECONDS = 5.0
"""How long a stopped source may take to let go before the run ends without it."""


class Run:
    """A session of the engine over one or several sources.

    Making it opens the sources, the models and the store, where the session begins, and raises MonitorError where that
    fails; calling it records. A source that cannot be opened among others that can is noted in `failed` and left out.
    """

    def __init__(
        self,
        addresses: Sequence[str | Source],
        settings: Settings,
        plugins: Plugins,
        *,
        start_seconds: float = 0.0,
        until_seconds: float | None = None,
        name: str | None = None,
        models: Models | None = None,
        unfinished: Unfinished | None = None,
        findings: Findings | None = None,
        sinks: Mapping[str, Sink] | None = None,
        store: Store | None = None,
        begun: Callable[[sa.Connection, int], None] = lambda connection, session_id: None,
    ) -> None:
        """Among `addresses` may be sources of the caller's own, and `sinks` are used beside those of the settings.

        `models`, and a `store` that is the one of the settings, stay open for another run where they are given.
        `unfinished` is a session to go on with, of the one recording at `addresses` and the same settings; `findings`
        is what was found in that recording before, with these settings and models too, and is not looked for again.
        `begun` is called within the transaction that begins the session, or goes on with it, with its number."""
        self.settings, self._findings = settings, findings
        self.stopping = threading.Event()
        self._gather = Gathering(settings, self.stopping)
        opened = Opening(
            addresses,
            settings,
            plugins,
            start_seconds=start_seconds,
            until_seconds=until_seconds,
            models=models,
            unfinished=unfinished,
            sinks=sinks,
            store=store,
        )
        self._opening, self.failed, self.store = opened, opened.failed, opened.store
        self._faces, self._analyzers, self._sinks, self._pictures = (
            opened.face_stage,
            opened.analyzers,
            opened.sinks,
            opened.pictures,
        )
        self._named = frozenset(opened.named)
        with ExitStack() as undo:
            undo.callback(opened.close)
            self.recorder = opened.begin_session(name, unfinished, begun)
            numbers = [self.recorder.add_source(each.name, each.kind, each.duration_seconds) for each in opened.sources]
            undo.pop_all()
        self._state = "stopped"
        self.streams = [
            Stream(number, source, Reader(source, self._gather.ready, len(numbers)))
            for number, source in zip(numbers, opened.take_sources(), strict=True)
        ]
        if unfinished is not None:
            self.streams[0].go_on(unfinished)
        self._guard = Guard(self.recorder, settings.faults_in_a_row, self.stopping)

    def __call__(self, watch: Callable[[Sequence[Stream]], None] = lambda streams: None) -> Summary:
        """Analyse until every source has ended or `stop` was called; `watch` is called after every step.

        Everything is closed at the end. Raises AnalyzerError where no stream has a working analyzer left, StoreError
        where the store cannot be written; what was stored before stays.
        """
        self._state = "failed"
        error: str | None = None
        try:
            for stream in self.streams:
                stream.state, stream.began_at = "running", time.monotonic()
                stream.reader.start()
            self._opening.begin_sinks(self.recorder.session_id)
            while self._step():
                watch(self.streams)
            if all(stream.error for stream in self.streams):
                error = self.streams[0].error
            else:
                self._state = "stopped" if self.stopping.is_set() else "finished"
        except BaseException as problem:
            error = str(problem) or type(problem).__name__
            raise
        finally:
            self._end(error)
        watch(self.streams)
        if error and not any(stream.reader.error for stream in self.streams):
            raise AnalyzerError(error)
        return self._summary

    def stop(self) -> None:
        """End soon, with everything stored. May be called from a signal handler or another thread."""
        self.stopping.set()

    def close(self) -> None:
        """Give everything back. A run that was called has done so by itself; one that was not ends as stopped."""
        if not self._opening.is_closed:
            self._end(None)

    def _step(self) -> bool:
        """Take what the sources have, analyse it and store it. False when there is nothing left to do."""
        if self.stopping.is_set():
            return False
        batch = self._take()
        for each in batch:
            self._find_faces(each)
        for stage in self._analyzers:
            stage(batch, self._guard)
        for each in batch:
            self._keep(each)
        self._guard.count_samples(len(batch))
        for stream in self.streams:
            self._look_after(stream)
        self.recorder.set_stages_ms(self._guard.recent_ms)
        with self._guard.timed("store"):
            self.recorder.flush()
        return any(stream.ended_at is None for stream in self.streams)

    def _take(self) -> list[InFlight]:
        """Samples of the frames that lie ready; notes gaps, and their ends."""
        batch = []
        for stream, item, arrived in self._gather([stream for stream in self.streams if stream.ended_at is None]):
            if isinstance(item, Gap):
                log.warning("%s: %s; reconnecting", stream.source.name, item.reason)
                self.recorder.open_gap(stream.id, item.seconds, item.reason)
                stream.state = "reconnecting"
                continue
            if stream.state == "reconnecting":
                self.recorder.close_gap(stream.id, item.seconds)
                stream.state = "running"
            stream.note_sample(item.seconds, time.monotonic() - arrived)
            found = None if self._findings is None else self._findings.at(item.seconds)
            batch.append(InFlight(stream, Sample(item), found=found))
        return batch

    def _find_faces(self, each: InFlight) -> None:
        if self._faces is None or self._guard.is_off(FACES, each.stream):
            return
        found = self._guard.call(FACES, [each], partial(self._faces, each.sample.frame, each.found))
        if found is not None:
            each.sample, each.faces_known = found, True
            if each.found is not None and not each.found.is_of(found.faces):
                each.found = None

    def _keep(self, each: InFlight) -> None:
        self.recorder.add_sample(each.stream.id, each.sample, faces_looked_for=each.faces_known)
        kept = self.recorder.add_observations(each.stream.id, each.sample.frame.index, each.observations)
        each.observations = [seen for seen in kept if seen.analyzer in self._named]
        self._pictures.publish(each.stream.id, each.sample, each.observations)
        for name, sink in self._sinks.items():
            if not self._guard.is_off(f"sink {name}", each.stream):
                self._guard.call(f"sink {name}", [each], partial(sink.write, each.sample, each.observations))

    def _look_after(self, stream: Stream) -> None:
        """Note in the store how a stream is doing, and that it has ended."""
        if stream.ended_at is None:
            stream.slow_stage = slow_stage(self._guard.recent_ms)
            if not self._has_analyzer(stream):
                stream.error = "; ".join(self._guard.switched_off(stream).values())
                stream.reader.stop()
                stream.end("failed")
            elif stream.reader.ended:
                stream.error = str(stream.reader.error) if stream.reader.error else None
                if stream.error:
                    log.error("%s", stream.error)
                stream.end("finished")
        self.recorder.update_source(stream.id, **stream.columns())

    def _has_analyzer(self, stream: Stream) -> bool:
        """Whether any analyzer still works on `stream`; one that needs faces works only where the face stage does."""
        without_faces = self._guard.is_off(FACES, stream)
        return any(
            stage.declared.name in self._named
            and not self._guard.is_off(stage.declared.name, stream)
            and not (stage.declared.needs_faces and without_faces)
            for stage in self._analyzers
        )

    def _end(self, error: str | None) -> None:
        """Let the sources go, write the rest, close everything; the session keeps its state and `error`."""
        with closing(self._opening):
            for stream in self.streams:
                stream.reader.stop()
            for stream in self.streams:
                stream.reader.release(STOP_SECONDS)
                if stream.ended_at is None:
                    stream.error = str(stream.reader.error) if stream.reader.error else None
                    stream.end(self._state)
                self.recorder.update_source(stream.id, **stream.columns())
            self._opening.close_models()
            self.recorder.finish(self._state, error)
            self._summary = summarise(self.store, self.recorder.session_id, self._state, self.streams, self._guard)
