"""Twenty streams in one run: each gets its own answers, whatever shares its batches."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from monitor.engine.reader import Reader
from monitor.engine.run import Run
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Frame, Observation, Sample
from monitor.settings import load_settings
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
