"""Small videos whose pictures carry their own number, and a reader of live sources."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import PictureType
from numpy.typing import NDArray

from monitor.sample import Frame
from monitor.sources import Gap, Source, open_source

WIDTH, HEIGHT, BITS = 160, 96, 10
CELL = WIDTH // BITS
MILLISECOND = Fraction(1, 1000)
PATIENCE_SECONDS = 120.0
"""What a live source does not do within this time fails its test."""


def numbered_picture(number: int) -> NDArray[np.uint8]:
    """(96, 160, 3): `number` in binary, one column of 16 pixels a bit, above a bright lower left corner."""
    image = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
    for bit in range(BITS):
        if number >> bit & 1:
            image[: HEIGHT // 2, bit * CELL : (bit + 1) * CELL] = 210
    image[HEIGHT // 2 :, : WIDTH // 2] = 210
    return image


@pytest.fixture(scope="session")
def read_number() -> Callable[[NDArray[np.uint8]], int]:
    """The function that reads a picture's number back."""
    return number_in


def number_in(image: NDArray[np.uint8]) -> int:
    """The number that `numbered_picture` drew, after any lossy coding."""
    cells = image[8 : HEIGHT // 2 - 8, :, :].reshape(-1, BITS, CELL, 3)[:, :, 4:-4].mean(axis=(0, 2, 3))
    return sum(1 << bit for bit, brightness in enumerate(cells) if brightness > 125)


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`make_video(name, ...)` writes a video of numbered pictures and returns its path."""
    folder = tmp_path_factory.mktemp("videos")

    def make(
        name: str,
        *,
        codec: str = "libx264",
        pixels: str = "yuv420p",
        milliseconds: Sequence[int] = range(0, 4000, 40),
        options: dict[str, str] | None = None,
        turned: float = 0.0,
        time_base: Fraction = MILLISECOND,
        key_frames: Collection[int] = (),
    ) -> Path:
        path = folder / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=25, options=options or {})
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
            stream.codec_context.time_base = time_base
            if turned:
                stream.set_display_rotation(turned)
            for number, moment in enumerate(milliseconds):
                picture = av.VideoFrame.from_ndarray(numbered_picture(number), format="rgb24")
                picture.time_base = time_base
                picture.pts = round(moment * MILLISECOND / time_base)
                picture = picture.reformat(format=pixels)
                picture.pict_type = PictureType.I if number in key_frames else PictureType.NONE
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        return path

    return make


class Watcher:
    """Reads a source in a thread of its own, as the engine does."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.seen: list[Frame | Gap] = []
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for sample in self.source.samples():
                self.seen.append(sample)
        except BaseException as error:
            self.failure = error

    @property
    def gaps(self) -> list[Gap]:
        return [sample for sample in self.seen if isinstance(sample, Gap)]

    @property
    def frames(self) -> list[Frame]:
        return [sample for sample in self.seen if isinstance(sample, Frame)]

    def wait_for(self, is_reached: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_reached():
            assert self._thread.is_alive(), self.failure
            assert time.monotonic() < until, self.seen[-5:]
            time.sleep(0.01)

    def wait_for_frames(self, number: int) -> None:
        """Wait for this many more."""
        goal = len(self.frames) + number
        self.wait_for(lambda: len(self.frames) >= goal)

    def join(self) -> None:
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()
        assert self.failure is None


@contextmanager
def watching(address: str, **settings: float) -> Iterator[Watcher]:
    watcher = Watcher(open_source(address, **{"every_seconds": 0.1, **settings}))
    try:
        yield watcher
    finally:
        watcher.source.stop()
        watcher.join()
        watcher.source.close()


@pytest.fixture(scope="session")
def watched() -> Callable[..., AbstractContextManager[Watcher]]:
    """`with watched(address, ...) as watcher:` reads a source in a thread, and stops it in the end."""
    return watching
