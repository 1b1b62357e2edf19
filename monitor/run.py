"""The engine, one page from source to store.

source -> sampler -> faces -> analyzers -> observations -> shares -> store
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from monitor.analyzer import Analyzer, FaceDetector, Sink
from monitor.annotate import thumbnail
from monitor.errors import AnalyzerError, MonitorError, SourceError
from monitor.faces import FaceStage
from monitor.picture_server import PictureServer
from monitor.plugins import Plugins, Registration
from monitor.reader import Reader
from monitor.sample import Frame, Observation, Sample
from monitor.settings import Settings
from monitor.shares import WHOLE_FRAME, shares
from monitor.sources import Source, open_source
from monitor.store import Recorder, Store

log = logging.getLogger("monitor")

STOP_SECONDS = 5.0
"""How long a stopped source may take to let go before the run ends without it."""


@dataclass
class Stream:
    """One source of a run, with its counts so far."""

    id: int
    source: Source
    reader: Reader
    state: str = "waiting"
    frames_sampled: int = 0
    seconds: float = 0.0
    """Stream time of the newest sample."""
    lag_seconds: float = 0.0
    began_at: float = field(default_factory=time.monotonic)
    ended_at: float | None = None
    best_thumbnails: dict[int, float] = field(default_factory=dict)
    """Person -> quality of the picture that stands for them."""

    @property
    def wall_seconds(self) -> float:
        return max((self.ended_at or time.monotonic()) - self.began_at, 1e-9)

    @property
    def realtime_factor(self) -> float:
        """Stream seconds per second of wall clock."""
        return self.seconds / self.wall_seconds

    def facts(self) -> dict[str, Any]:
        """The columns of the source's row."""
        return {
            "state": self.state,
            "frames_decoded": self.source.frames_decoded,
            "frames_sampled": self.frames_sampled,
            "frames_dropped": dict(self.source.frames_dropped),
            "seconds": self.seconds,
            "samples_per_second": self.frames_sampled / self.wall_seconds,
            "lag_seconds": self.lag_seconds,
            "realtime_factor": self.realtime_factor,
            "error": str(self.reader.error) if self.reader.error else None,
        }


@dataclass
class Summary:
    """What a run has to say at its end."""

    session: int
    state: str
    sources: list[dict[str, Any]]
    stages_ms: dict[str, float]
    """Stage -> mean milliseconds per sample."""


class Run:
    """A session of the engine over one or several sources.

    Making it opens the sources, the store and the models, and raises MonitorError where that fails; calling it records
    the session. A source that cannot be opened among others that can is noted in `failed` and left out.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        settings: Settings,
        plugins: Plugins,
        *,
        start_seconds: float = 0.0,
        until_seconds: float | None = None,
        name: str | None = None,
    ) -> None:
        self.settings = settings
        self.name = name or time.strftime("%Y-%m-%d %H:%M:%S")
        self.streams: list[Stream] = []
        self.stopping = threading.Event()
        self.failed: list[SourceError] = []
        self._cleanup = ExitStack()
        self._ready = threading.Condition()
        self._spent: dict[str, float] = {}
        self._faults_in_a_row: dict[str, int] = {}
        plugins.check_options(settings.options.model_dump())
        chosen = [plugins.get("analyzers", analyzer) for analyzer in dict.fromkeys(settings.analyzers)]
        with ExitStack() as undo:
            undo.callback(self.close)
            self._sources: list[Source] = []
            self._cleanup.callback(self._close_sources)
            for address in dict.fromkeys(addresses):
                try:
                    self._sources.append(
                        open_source(
                            address,
                            every_seconds=settings.every_seconds,
                            start_seconds=start_seconds,
                            until_seconds=until_seconds,
                            silent_seconds=settings.silent_seconds,
                        )
                    )
                except SourceError as error:
                    self.failed.append(error)
            if not self._sources:
                raise self.failed[0] if self.failed else SourceError("no source was given")
            self.store = self._cleanup.enter_context(Store(settings.store, create=True))
            self.analyzers: list[Analyzer] = []
            for registration in chosen:
                analyzer: Analyzer = registration.make(analyzer_options(settings, registration))
                self.analyzers.append(self._cleanup.enter_context(closing(analyzer)))
            self.face_stage = None
            if any(analyzer.needs_faces for analyzer in self.analyzers):
                detector = self._cleanup.enter_context(closing(make_detector(settings, plugins)))
                self.face_stage = FaceStage(detector)
            self.sinks: dict[str, Sink] = {}
            for registration in chosen_sinks(settings, plugins):
                sink: Sink = registration.make(settings.options.sinks.get(registration.name))
                self.sinks[registration.name] = self._cleanup.enter_context(closing(sink))
            self.pictures = self._cleanup.enter_context(
                closing(PictureServer(settings.picture_host, settings.picture_port))
            )
            undo.pop_all()

    def __call__(self, watch: Callable[[Sequence[Stream]], None] = lambda streams: None) -> Summary:
        """Record a session: analyse until every source has ended or `stop` was called.

        `watch` is called after every step. Everything is closed at the end. Raises AnalyzerError where an analyzer
        fails too often in a row, StoreError where the store cannot be written; what was stored before stays.
        """
        state: str = "failed"
        error: str | None = None
        self._start_session()
        try:
            for stream in self.streams:
                stream.state = "running"
                stream.began_at = time.monotonic()
                stream.reader.start()
            for sink in self.sinks.values():
                sink.begin(self.recorder.session_id, self.settings)
            while self._step():
                watch(self.streams)
            if all(stream.reader.error for stream in self.streams):
                error = str(self.streams[0].reader.error)
            else:
                state, error = ("stopped", None) if self.stopping.is_set() else ("finished", None)
        except BaseException as problem:
            error = str(problem) or type(problem).__name__
            raise
        finally:
            for stream in self.streams:
                stream.reader.stop()
            for stream in self.streams:
                stream.reader.join(STOP_SECONDS)
                stream.state = "failed" if stream.reader.error else state
                self.recorder.update_source(stream.id, **stream.facts())
            with closing(self):
                self.recorder.finish(state, error)
        watch(self.streams)
        return self.summary(state)

    def _start_session(self) -> None:
        self.recorder = Recorder(
            self.store,
            name=self.name,
            every_seconds=self.settings.every_seconds,
            window_seconds=self.settings.window_seconds,
            labels={analyzer.name: analyzer.labels for analyzer in self.analyzers},
            picture_url=self.pictures.url,
            **self.settings.shown.model_dump(),
        )
        for source in self._sources:
            number = self.recorder.add_source(source.name, source.kind, source.duration_seconds)
            self.streams.append(Stream(number, source, Reader(source, self._ready)))

    def stop(self) -> None:
        """End soon, with everything stored. May be called from a signal handler or another thread."""
        self.stopping.set()

    def close(self) -> None:
        """Give back models, sources and ports; a run that was called has done so by itself."""
        self._cleanup.close()

    def _close_sources(self) -> None:
        """Close the sources that no reader owns yet; a reader closes its own when nothing decodes from it any more."""
        if not self.streams:
            for source in self._sources:
                source.close()

    def _step(self) -> bool:
        """Take what the sources have, analyse it and store it. False when there is nothing left to do."""
        if self.stopping.is_set():
            return False
        batch = self._gather()
        for stream, frame, arrived in batch:
            stream.frames_sampled += 1
            stream.seconds = frame.seconds
            stream.lag_seconds = time.monotonic() - arrived if stream.source.kind == "live" else 0.0
        if batch:
            samples = [self._find_faces(stream, frame) for stream, frame, _ in batch]
            streams = [stream for stream, _, _ in batch]
            observations: list[list[Observation]] = [[] for _ in batch]
            for analyzer in self.analyzers:
                for seen, of_sample in zip(self._analyze(analyzer, streams, samples), observations, strict=True):
                    of_sample.extend(seen)
            for stream, sample, seen in zip(streams, samples, observations, strict=True):
                self._keep(stream, sample, seen)
        for stream in self.streams:
            if stream.reader.ended and stream.ended_at is None:
                stream.ended_at = time.monotonic()
                stream.state = "failed" if stream.reader.error else "finished"
                if stream.reader.error:
                    log.error("%s", stream.reader.error)
            self.recorder.update_source(stream.id, **stream.facts())
        began = time.perf_counter()
        self.recorder.flush()
        self._spend("store", began)
        return any(stream.ended_at is None for stream in self.streams)

    def _gather(self) -> list[tuple[Stream, Frame, float]]:
        """Frames that lie ready, from all streams in turn, at most a batch; waits a moment where there are none."""
        with self._ready:
            self._ready.wait_for(
                lambda: self.stopping.is_set() or any(s.reader.has_news for s in self.streams if not s.ended_at),
                timeout=0.25,
            )
        room = max(1, self.settings.batch_size // len(self.streams))
        batch = []
        for stream in self.streams:
            for item, arrived in stream.reader.take(room):
                if isinstance(item, Frame):
                    if stream.state == "reconnecting":
                        self.recorder.close_gap(stream.id, item.seconds)
                        stream.state = "running"
                    batch.append((stream, item, arrived))
                else:
                    log.warning("%s: %s; reconnecting", stream.source.name, item.reason)
                    self.recorder.open_gap(stream.id, item.seconds, item.reason)
                    stream.state = "reconnecting"
        return batch

    def _find_faces(self, stream: Stream, frame: Frame) -> Sample:
        sample = Sample(frame)
        if self.face_stage is not None:
            with self._guarded("faces", [stream], [sample]):
                sample = self.face_stage(frame)
        return sample

    def _analyze(
        self, analyzer: Analyzer, streams: Sequence[Stream], samples: Sequence[Sample]
    ) -> list[list[Observation]]:
        with self._guarded(analyzer.name, streams, samples):
            observations = analyzer.analyze(samples)
            check_answer(analyzer, samples, observations)
            return observations
        return [[] for _ in samples]

    @contextmanager
    def _guarded(self, name: str, streams: Sequence[Stream], samples: Sequence[Sample]) -> Iterator[None]:
        """The seam around third-party code, timed: what it raises loses its part of these samples, not the stream."""
        began = time.perf_counter()
        try:
            yield
            self._faults_in_a_row[name] = 0
        except Exception as error:
            self._fault(name, streams, samples, error)
        finally:
            self._spend(name, began)

    def _fault(self, name: str, streams: Sequence[Stream], samples: Sequence[Sample], error: Exception) -> None:
        """Log, count and store a fault; enough of them in a row end the run."""
        message = f"{type(error).__name__}: {error}"
        log.error(
            "%s failed on %d sample(s): %s", name, len(samples), message, exc_info=log.isEnabledFor(logging.DEBUG)
        )
        for stream in dict.fromkeys(stream.id for stream in streams):
            of_stream = [sample for sample, s in zip(samples, streams, strict=True) if s.id == stream]
            self.recorder.add_fault(stream, of_stream[0].frame.seconds, name, len(of_stream), message)
        self._faults_in_a_row[name] = self._faults_in_a_row.get(name, 0) + 1
        if self._faults_in_a_row[name] >= self.settings.faults_in_a_row:
            raise AnalyzerError(f"{name} failed {self._faults_in_a_row[name]} times in a row; the last time: {message}")

    def _keep(self, stream: Stream, sample: Sample, observations: list[Observation]) -> None:
        self.recorder.add_sample(stream.id, sample, faces_looked_for=self.face_stage is not None)
        self.recorder.add_observations(stream.id, sample.frame.index, observations)
        for face in sample.faces:
            quality = face.score * (face.box[2] - face.box[0]) * (face.box[3] - face.box[1])
            if quality > 1.2 * stream.best_thumbnails.get(face.track, 0.0):
                stream.best_thumbnails[face.track] = quality
                self.recorder.set_thumbnail(stream.id, face.track, thumbnail(sample.frame.image, face.box))
        self.pictures.publish(stream.id, sample, observations)
        for name, sink in self.sinks.items():
            with self._guarded(f"sink {name}", [stream], [sample]):
                sink.write(sample, observations)

    def _spend(self, stage: str, began: float) -> None:
        self._spent[stage] = self._spent.get(stage, 0.0) + time.perf_counter() - began

    def summary(self, state: str) -> Summary:
        sources = [
            {
                "name": stream.source.name,
                **stream.facts(),
                "shares": self._shares(stream.id),
            }
            for stream in self.streams
        ]
        samples = max(1, sum(stream.frames_sampled for stream in self.streams))
        spent = {"decode": sum(stream.reader.decode_seconds for stream in self.streams), **self._spent}
        return Summary(self.recorder.session_id, state, sources, {name: 1e3 * s / samples for name, s in spent.items()})

    def _shares(self, source_id: int) -> dict[str, dict[str, dict[str, float]]]:
        """Analyzer -> subject ("all", "frame" or a person's number) -> label -> share."""
        answer: dict[str, dict[str, dict[str, float]]] = {}
        totals = self.recorder.book(source_id).totals
        for analyzer in self.analyzers:
            tallies = {subject: tally for (name, subject), tally in sorted(totals.items()) if name == analyzer.name}
            by_subject = {"frame" if s == WHOLE_FRAME else str(s): tally.sums for s, tally in tallies.items()}
            if tallies and WHOLE_FRAME not in tallies:
                by_subject = {"all": np.sum([tally.sums for tally in tallies.values()], axis=0), **by_subject}
            answer[analyzer.name] = {
                subject: dict(zip(analyzer.labels, shares(sums).round(6).tolist(), strict=True))
                for subject, sums in by_subject.items()
            }
        return answer


def analyzer_options(settings: Settings, registration: Registration) -> dict[str, Any]:
    """What config.toml says of an analyzer; one that has an option `runtime` gets the general one by default."""
    given = settings.options.analyzers.get(registration.name, {})
    takes_runtime = registration.options is not None and "runtime" in registration.options.model_fields
    return {"runtime": settings.runtime, **given} if takes_runtime else given


def chosen_sinks(settings: Settings, plugins: Plugins) -> list[Registration]:
    """The sinks that have a section in config.toml, and those that follow an analyzer of the run."""
    configured = [plugins.get("sinks", name) for name in settings.options.sinks]
    following = [registration for registration in plugins.sinks.values() if registration.follows in settings.analyzers]
    return [registration for registration in configured if registration.follows is None] + following


def make_detector(settings: Settings, plugins: Plugins) -> FaceDetector:
    """The face detector that the settings ask for."""
    configured = settings.options.face_detectors
    name = settings.face_detector
    if name == "auto":
        name = next(iter([*configured, *plugins.face_detectors]), "")
        if not name:
            raise MonitorError("no installed plugin brings a face detector; `monitor plugins list` shows what there is")
    detector: FaceDetector = plugins.get("face_detectors", name).make(configured.get(name))
    return detector


def check_answer(analyzer: Analyzer, samples: Sequence[Sample], observations: list[list[Observation]]) -> None:
    """Raises AnalyzerError where the answer breaks the contract in a way that would corrupt shares."""
    if len(observations) != len(samples):
        raise AnalyzerError(f"{analyzer.name} answered {len(observations)} lists for {len(samples)} samples")
    for of_sample in observations:
        for seen in of_sample:
            if set(seen.scores) != set(analyzer.labels):
                raise AnalyzerError(f"{analyzer.name} scored {sorted(seen.scores)}, its labels are {analyzer.labels}")
