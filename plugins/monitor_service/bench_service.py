"""A service in this process, to be measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.engine.recognizer import Recognizer
from monitor.engine.shared_models import SharedModels
from monitor.live.background_server import BackgroundServer, listen
from monitor.plugin.registry import Plugins
from monitor.settings import Settings
from monitor.store import Store
from monitor_service.app import make_app
from monitor_service.feed import Feeds
from monitor_service.metrics import ServiceMetrics
from monitor_service.options import ServeOptions
from monitor_service.recognition import RecognitionDesk
from monitor_service.runs import Runs


@dataclass(frozen=True)
class MeasuredService:
    """A running service."""

    url: str
    recognizer: Recognizer
    store: Store
    runs: Runs
    feeds: Feeds


@contextmanager
def measured_service(settings: Settings, plugins: Plugins, folder: Path, clients: int) -> Iterator[MeasuredService]:
    """A service with an empty store in `folder` that takes requests of so many clients."""
    options = ServeOptions.model_validate({"most_requests": max(64, clients)})
    own = settings.model_copy(update={"store": str(folder / "bench.db")})
    with ExitStack() as cleanup:
        store = cleanup.enter_context(Store(own.store, create=True))
        metrics = ServiceMetrics(store)
        shared = cleanup.enter_context(closing(SharedModels(metrics.model_took)))
        recognizer = Recognizer(own, plugins, shared=shared)
        desk = cleanup.enter_context(closing(RecognitionDesk(recognizer, options, settings.batch_size, metrics)))
        runs = cleanup.enter_context(closing(Runs(own, plugins, options.most_runs, shared)))
        feeds = Feeds(store)
        app = make_app(desk, store, feeds, runs, metrics, options)
        server = cleanup.enter_context(closing(BackgroundServer(lambda: app, listen("127.0.0.1", 0, str))))
        yield MeasuredService(server.url, recognizer, store, runs, feeds)
