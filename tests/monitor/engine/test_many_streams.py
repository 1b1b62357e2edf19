"""Twenty streams in one run: each gets its own answers, whatever shares its batches."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from monitor.engine.reader import Reader
from monitor.engine.run import Run
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Frame, Observation, Sample
from monitor.settings import load_settings
from monitor.sources import Gap
from monitor.store import Store
from tests.conftest import Brightness

STREAMS = 20


def grey_clip(path: Path, level: int, seconds: float) -> Path:
    """Ten frames a second of one grey level."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        picture = np.full((48, 64, 3), level, np.uint8)
        for _ in range(round(10 * seconds)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def clips(tmp_path: Path) -> dict[str, tuple[int, float]]:
    """Address -> grey level and length in seconds, all different."""
    facts = {number: (10 + 12 * number, 1.0 + 0.5 * (number % 5)) for number in range(STREAMS)}
    return {str(grey_clip(tmp_path / f"{number}.mp4", *fact)): fact for number, fact in facts.items()}


def test_every_stream_of_twenty_gets_its_own_answers(clips: dict[str, tuple[int, float]], plugins: Plugins) -> None:
    sizes: list[int] = []

    class Counting(Brightness):
        def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
            sizes.append(len(samples))
            return super().analyze(samples)

    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Counting, "tests")
    summary = Run(list(clips), load_settings(analyzers=["brightness"], store="test.db"), plugins)()
    assert summary.state == "finished"
    assert len(summary.sources) == STREAMS
    for source, (level, seconds) in zip(summary.sources, clips.values(), strict=True):
        assert (source["state"], source["frames_sampled"], source["error"]) == ("finished", round(2 * seconds), None)
        shares = source["shares"]["brightness"]["frame"]
        assert shares["bright"] == pytest.approx(level / 255, abs=0.02)
    assert max(sizes) > 1  # they share batches
    with Store("test.db") as store:
        session = store.session("latest")
        raw = store.observations(session)
        expected = [level / 255 for level, seconds in clips.values() for _ in range(round(2 * seconds))]
        np.testing.assert_allclose(raw.bright, expected, atol=0.02)
        assert store.faults(session).empty
        assert {source.state for source in store.sources(session.id)} == {"finished"}


class Endless(Reader):
    """A reader that is never started and always has a frame ready, or has one after somebody has waited for it."""

    def __init__(self, source: MadeSource, ready: threading.Condition) -> None:
        super().__init__(source, ready)  # type: ignore[arg-type]
        self.is_late = False

    @property
    def has_news(self) -> bool:
        return self.waiting > 0

    @property
    def waiting(self) -> int:
        return 0 if self.is_late else 1

    def take(self, most: int) -> list[tuple[Frame | Gap, float]]:
        frame = Frame(np.zeros((4, 4, 3), np.uint8), 0.0, self.source.number, 0)
        return [] if self.is_late else [(frame, time.monotonic())] * most


class MadeSource:
    """A source of the test's own, of which nothing is read."""

    kind = "file"
    duration_seconds = None

    def __init__(self, number: int) -> None:
        self.number, self.name = number, f"stream {number}"
        self.frames_decoded, self.frames_dropped = 0, Counter[str]()

    def samples(self) -> Iterator[Frame]:
        return iter(())

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def run_of(plugins: Plugins) -> Iterator[Callable[..., Run]]:
    """A function that makes a run of so many streams that always have a frame."""
    made: list[Run] = []

    def make(streams: int, **settings: Any) -> Run:
        plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Brightness, "tests")
        sources: list[Any] = [MadeSource(number) for number in range(streams)]
        run = Run(sources, load_settings(analyzers=["brightness"], store="test.db", **settings), plugins)
        for stream in run.streams:
            stream.reader = Endless(stream.reader.source, run._ready)  # type: ignore[arg-type]
        made.append(run)
        return run

    yield make
    for run in made:
        run.close()


@pytest.mark.parametrize(("streams", "batch_size"), [(16, 16), (16, 5), (20, 16), (3, 16), (17, 16)])
def test_streams_that_always_have_a_frame_are_served_alike(
    run_of: Callable[..., Run], streams: int, batch_size: int
) -> None:
    """Whatever a frame of one of them costs, a crowd of forty faces say: all others come before its next."""
    run = run_of(streams, batch_size=batch_size)
    served: Counter[int] = Counter()
    for _ in range(streams):
        batch = Counter(each.stream.number for each in run._gather())
        assert max(batch.values()) - min(batch.values()) <= 1
        assert len(batch) == min(streams, batch_size)
        served += batch
    assert max(served.values()) - min(served.values()) <= 1 + batch_size // streams


def test_a_batch_waits_for_streams_that_are_late_no_longer_than_it_may(run_of: Callable[..., Run]) -> None:
    run = run_of(2, batch_size=2, batch_wait_ms=20)
    _, late = run.streams
    late.reader.is_late = True  # type: ignore[attr-defined]
    assert {each.stream.number for each in run._gather()} == {1}
    with run._ready:
        run.settings = run.settings.model_copy(update={"batch_wait_ms": 60_000.0})

    def arrive() -> None:
        with run._ready:
            late.reader.is_late = False  # type: ignore[attr-defined]
            run._ready.notify_all()

    threading.Timer(0.05, arrive).start()
    assert {each.stream.number for each in run._gather()} == {1, 2}


@pytest.mark.parametrize(("streams", "ahead"), [(1, 3), (3, 3), (4, 1), (16, 1)])
def test_of_many_files_each_decodes_fewer_frames_ahead(streams: int, ahead: int) -> None:
    decoded = 0

    class Long(MadeSource):
        def samples(self) -> Iterator[Frame]:
            nonlocal decoded
            while True:
                decoded += 1
                yield Frame(np.zeros((4, 4, 3), np.uint8), 0.0, self.number, 0)

    ready = threading.Condition()
    reader = Reader(Long(1), ready, streams)
    reader.start()
    with ready:
        assert ready.wait_for(lambda: reader.waiting == ahead, 60)
        assert not ready.wait_for(lambda: decoded > ahead, 0.05)
    reader.stop()
    reader.release(60)
