"""Fixtures for every test: small clips, a plugin set whose analyzer is simple enough to predict, an empty folder to
work in."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import settings
from skimage import data

from monitor.plugins import Plugins, Registration
from monitor.sample import Observation, Sample

settings.register_profile("untimed", deadline=None)  # no test is timed: a busy machine must not fail one
settings.load_profile("untimed")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a script's background; tests send it to their children
    signal.signal(signal.SIGINT, signal.default_int_handler)
SHARED_MEDIA = Path(__file__).parents[2] / "shared" / "media"


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


def make_clip(path: Path, seconds: float = 4.0, *, fps: int = 10, size: tuple[int, int] = (64, 48)) -> Path:
    """A clip whose grey level rises from black to white."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
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


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Four seconds at ten frames a second, from black to white."""
    return make_clip(tmp_path / "clip.mp4")


@pytest.fixture
def plugins() -> Plugins:
    """The installed plugins, and the analyzer `brightness`."""
    plugins = Plugins()
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Brightness, "tests")
    return plugins


@pytest.fixture
def media() -> Iterator[Callable[[str], Path]]:
    """Gives a clip that is kept beside the repository, and skips the test where it is not there."""

    def find(name: str) -> Path:
        path = SHARED_MEDIA / name
        if not path.exists():
            pytest.skip(f"the clip {name} is not on this machine")
        return path

    return find
