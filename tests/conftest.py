"""Fixtures for every test: small clips, a plugin set whose analyzer is simple enough to predict, an empty folder to
work in."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from hypothesis import settings
from skimage import data

from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Observation, Sample
from tests.postgresql_server import PostgresqlServer, postgresql_programs

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

settings.register_profile("untimed", deadline=None)  # no test is timed: a busy machine must not fail one
settings.load_profile("untimed")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a script's background; tests send it to their children
    signal.signal(signal.SIGINT, signal.default_int_handler)
SHARED_MEDIA = Path(__file__).parents[2] / "shared" / "media"
gc.disable()  # while all tests and libraries are imported, of whose time it would take a fifth to free next to nothing


def pytest_collection_finish() -> None:
    """What was imported stays until the end: no garbage collection need look through it. Streamlit collects after each
    run of a page, which with all libraries loaded would take longer than most pages. What is made from now on is looked
    through less often than in programs that have to spare memory."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers, for all tests: a process can have only one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


class Brightness:
    """Scores a frame by its mean brightness: what it must say of a grey frame can be computed by hand."""

    name = "brightness"
    labels = ("bright", "dark")
    needs_faces = False

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        answers = []
        for sample in samples:
            bright = float(sample.frame.image.mean()) / 255
            scores = {"bright": bright, "dark": 1 - bright}
            answers.append([Observation(self.name, sample.frame.source, sample.frame.seconds, None, scores)])
        return answers

    def close(self) -> None:
        pass


def make_clip(
    path: Path, seconds: float = 4.0, *, fps: int = 10, size: tuple[int, int] = (64, 48), codec: str = "mpeg4"
) -> Path:
    """A clip whose grey level rises from black to white."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        count = round(seconds * fps)
        for index in range(count):
            image = np.full((size[1], size[0], 3), round(255 * index / count), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return path


def portrait_clip(path: Path, seconds: float) -> Path:
    """A real face, smiling, that does not move: scikit-image's portrait, ten frames a second."""
    image = np.ascontiguousarray(data.astronaut())
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.height, stream.width, _ = image.shape
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 2_000_000
        for _ in range(round(10 * seconds)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in a folder of its own, so that stores and settings of the machine play no part."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest leaves its script, a file that is soon gone, as the main module, which processes that later tests spawn
    would try to run; this puts pytest's own back."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session", autouse=True)
def _components_looked_for_once() -> Iterator[None]:
    """Streamlit looks through all that is installed for components whenever AppTest runs a page, which takes longer
    than most pages; here it does so once."""
    with pytest.MonkeyPatch.context() as patch:
        if "streamlit" in sys.modules:
            from streamlit.components.v2 import manifest_scanner as scanner

            patch.setattr(scanner, "scan_component_manifests", cache(scanner.scan_component_manifests))
        yield


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Four seconds at ten frames a second, from black to white."""
    return make_clip(tmp_path / "clip.mp4")


@pytest.fixture(scope="session")
def demo_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of the demo clip: a face that changes its expression, and a guest."""
    from monitor.demo.clip import make_demo_clip

    with closing(Plugins().get("face_detectors", "mediapipe").make()) as detector:
        return make_demo_clip(tmp_path_factory.mktemp("demo") / "short.mp4", detector, 2.0)


@pytest.fixture
def plugins() -> Plugins:
    """The installed plugins, and the analyzer `brightness`."""
    plugins = Plugins()
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Brightness, "tests")
    return plugins


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server. Without its programs tests skip, or fail where MONITOR_REQUIRE_POSTGRESQL=1."""
    programs = postgresql_programs()
    if programs is None:
        reason = "PostgreSQL's server is not installed here"
        if os.environ.get("MONITOR_REQUIRE_POSTGRESQL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with PostgresqlServer(programs) as server:
        yield server


@pytest.fixture
def media() -> Iterator[Callable[[str], Path]]:
    """Gives a clip that is kept beside the repository, and skips the test where it is not there."""

    def find(name: str) -> Path:
        path = SHARED_MEDIA / name
        if not path.exists():
            pytest.skip(f"the clip {name} is not on this machine")
        return path

    return find
