"""Figures of the service and of running sessions, as Prometheus reads them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.store import Source, Store

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Borders of the histograms of time."""
OF_SOURCE = ("session", "source", "name")


class ServiceMetrics:
    """What the service counts of itself, and `registry`, which has the running sessions beside it."""

    def __init__(self, store: Store) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "monitor_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "monitor_request_seconds",
            "Time until the answer began.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.stage_seconds = Histogram(
            "monitor_recognition_seconds",
            "Time of a picture's decoding, and of a batch's analysis.",
            ["stage"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.model_seconds = Histogram(
            "monitor_model_seconds",
            "Time of each call of the face detector (`faces`) and of the analyzers, by runs and requests.",
            ["stage"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.batch_pictures = Histogram(
            "monitor_batch_pictures", "Pictures of a batch.", buckets=(1, 2, 4, 8, 16, 32, 64), registry=self.registry
        )
        self.analyzer_faults = Counter(
            "monitor_recognition_faults", "Pictures on which the analyzer failed.", ["analyzer"], registry=self.registry
        )
        self.registry.register(SessionCollector(store))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def model_took(self, stage: str, seconds: float) -> None:
        """Count a call of a model."""
        self.model_seconds.labels(stage).observe(seconds)

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show what `value` gives when the figures are read."""
        Gauge(name, meaning, registry=self.registry).set_function(value)


class SessionCollector(Collector):
    """Sources of the sessions that run now, read from the store when the figures are read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        """Nothing: a description would read the store at start."""
        return []

    def collect(self) -> Iterator[Metric]:
        decoded = CounterMetricFamily("monitor_frames_decoded", "Frames decoded.", labels=OF_SOURCE)
        sampled = CounterMetricFamily("monitor_frames_sampled", "Frames analysed.", labels=OF_SOURCE)
        dropped = CounterMetricFamily("monitor_frames_dropped", "Frames left out.", labels=(*OF_SOURCE, "reason"))
        lag = GaugeMetricFamily("monitor_lag_seconds", "Age of a live stream's newest sample.", labels=OF_SOURCE)
        speed = GaugeMetricFamily("monitor_realtime_factor", "Stream seconds per second.", labels=OF_SOURCE)
        away = GaugeMetricFamily("monitor_reconnecting", "1 while a live source is away.", labels=OF_SOURCE)
        gaps = CounterMetricFamily("monitor_gaps", "Times that a live source went away.", labels=OF_SOURCE)
        back = CounterMetricFamily("monitor_reconnects", "Times that it came back.", labels=OF_SOURCE)
        faults = CounterMetricFamily("monitor_faults", "Samples that an analyzer lost.", labels=("session", "analyzer"))
        stages = GaugeMetricFamily(
            "monitor_stage_milliseconds", "Mean time of a sample over the last seconds.", labels=("session", "stage")
        )
        for session in self._store.sessions():
            if session.state != "running":
                continue
            number = str(session.id)
            ends = self._store.gaps(session).set_index("source_id")["end_seconds"]
            for source in self._store.sources(session.id):
                labels = _labels(source)
                decoded.add_metric(labels, source.frames_decoded)
                sampled.add_metric(labels, source.frames_sampled)
                for reason, count in source.frames_dropped.items():
                    dropped.add_metric([*labels, reason], count)
                lag.add_metric(labels, source.lag_seconds)
                speed.add_metric(labels, source.realtime_factor)
                away.add_metric(labels, source.state == "reconnecting")
                of_source = ends[ends.index == source.id]
                gaps.add_metric(labels, len(of_source))
                back.add_metric(labels, of_source.count())
            for analyzer, of_analyzer in self._store.faults(session).groupby("analyzer"):
                faults.add_metric([number, str(analyzer)], int(of_analyzer["samples"].sum()))
            for stage, milliseconds in session.stages_ms.items():
                stages.add_metric([number, stage], milliseconds)
        yield from (decoded, sampled, dropped, lag, speed, away, gaps, back, faults, stages)


class CountRequests:
    """ASGI middleware: counts and times requests by the route that answered, never by their address."""

    def __init__(self, app: ASGIApp, metrics: ServiceMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                self._metrics.requests.labels(_method(scope), route, str(message["status"])).inc()
                self._metrics.request_seconds.labels(route).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, counted)


def _labels(source: Source) -> list[str]:
    return [str(source.session_id), str(source.id), source.name]


def _method(scope: Scope) -> str:
    """The method, one word for all that are not usual: every label is kept for good."""
    return (
        scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE") else "other"
    )
