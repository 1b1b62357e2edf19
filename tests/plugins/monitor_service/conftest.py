"""A service that runs, with a detector and analyzers whose answers can be computed by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from monitor.engine.recognizer import Recognizer
from monitor.engine.shared_models import SharedModels
from monitor.live.background_server import BackgroundServer, listen
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Face, Observation, Sample
from monitor.settings import Settings
from monitor.store import Store
from monitor.store.tokens import scope_of
from monitor_service.app import make_app
from monitor_service.emotion_routes import EMOTIONS
from monitor_service.feed import Feeds
from monitor_service.metrics import ServiceMetrics
from monitor_service.options import ServeOptions
from monitor_service.recognition import RecognitionDesk
from monitor_service.runs import Runs
from tests.conftest import Brightness
from tests.made_pictures import encoded


class RedFaces:
    """Takes every red patch for a face."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        height, width, _ = image.shape
        patches, _ = ndimage.label((image[..., 0] > 150) & (image[..., 2] < 100))
        return [
            Face((x.start / width, y.start / height, x.stop / width, y.stop / height), 0.9)
            for y, x in ndimage.find_objects(patches)
        ]

    def close(self) -> None:
        pass


class Mood:
    """The brighter a face's green, the happier; it fails on green above 250, and remembers the sizes of its batches."""

    name = "mood"
    labels = EMOTIONS
    needs_faces = True
    batches: ClassVar[list[int]] = []
    began = threading.Event()
    """Set when a batch begins, which then waits until"""
    go_on = threading.Event()
    go_on.set()

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        Mood.began.set()
        Mood.go_on.wait(120)
        Mood.batches.append(len(samples))
        return [[self._observe(sample, face) for face in sample.faces] for sample in samples]

    def _observe(self, sample: Sample, face: Face) -> Observation:
        height, width, _ = sample.frame.image.shape
        left, top, _, _ = face.box
        green = int(sample.frame.image[round(top * height), round(left * width), 1])
        if green > 250:
            raise ValueError("too green")
        scores = dict.fromkeys(self.labels, (1 - green / 255) / 7) | {"happiness": green / 255}
        return Observation(self.name, sample.frame.source, sample.frame.seconds, face.track, scores, face.box)

    def close(self) -> None:
        pass


@contextmanager
def held_back() -> Iterator[None]:
    """While this lasts, `Mood` begins batches but ends none, until `Mood.go_on` is set."""
    Mood.began.clear()
    Mood.go_on.clear()
    try:
        yield
    finally:
        Mood.go_on.set()


def wait_until(reached: Callable[[], bool]) -> None:
    """Return as soon as that is so; fails after two minutes."""
    end = time.monotonic() + 120
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def faces(*places: tuple[int, int, int, int, int], size: tuple[int, int] = (100, 200)) -> NDArray[np.uint8]:
    """A grey picture of that height and width with faces: (left, top, width, height, green) in pixels."""
    image = np.full((*size, 3), 120, np.uint8)
    for left, top, width, height, green in places:
        image[top : top + height, left : left + width] = (200, green, 0)
    return image


TWO_FACES = encoded(faces((10, 20, 30, 40, 51), (100, 10, 60, 80, 204)))
"""A small face on the left, with happiness 0.2; a large one on the right, with 0.8."""
NO_FACE = encoded(faces())


def made_plugins() -> Plugins:
    plugins = Plugins()
    plugins.analyzers["mood"] = Registration("analyzers", "mood", Mood, "tests")
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Brightness, "tests")
    plugins.face_detectors["red"] = Registration("face_detectors", "red", RedFaces, "tests")
    return plugins


def made_settings(**settings: Any) -> Settings:
    return Settings(**{"analyzers": ["mood", "brightness"], "face_detector": "red", "batch_size": 8, **settings})


@dataclass
class Service:
    """A running service and a client of it."""

    client: httpx.Client
    store: Store
    desk: RecognitionDesk
    feeds: Feeds
    runs: Runs
    url: str


@contextmanager
def running(folder: Path, *, with_token: bool = False, **options: Any) -> Iterator[Service]:
    """A service with these options on the store `service.db` in `folder`."""
    read = ServeOptions(**options)
    with ExitStack() as cleanup:
        store = cleanup.enter_context(Store(folder / "service.db", create=True))
        metrics = ServiceMetrics(store)
        settings, plugins = made_settings(store=str(folder / "service.db")), made_plugins()
        shared = cleanup.enter_context(closing(SharedModels(metrics.model_took)))
        recognizer = Recognizer(settings, plugins, shared=shared)
        desk = cleanup.enter_context(closing(RecognitionDesk(recognizer, read, 8, metrics)))
        runs = cleanup.enter_context(closing(Runs(settings, plugins, read.most_runs, shared)))
        feeds = Feeds(store)
        app = make_app(desk, store, feeds, runs, metrics, read, partial(scope_of, store) if with_token else None)
        server = cleanup.enter_context(
            closing(BackgroundServer(lambda: app, listen("127.0.0.1", 0, str), websockets=True))
        )
        client = cleanup.enter_context(httpx.Client(base_url=server.url, timeout=120))
        yield Service(client, store, desk, feeds, runs, server.url)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for the tests of a module: small limits, no token."""
    folder = tmp_path_factory.mktemp("service")
    with running(folder, most_pixels=1_000_000, most_body_bytes=2_000_000, most_pictures=4) as service:
        yield service
