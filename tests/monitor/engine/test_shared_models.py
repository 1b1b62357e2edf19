"""Models that several runs use at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.engine.following import Following
from monitor.engine.models import Models
from monitor.engine.recognizer import Picture, Recognizer
from monitor.engine.run import Run
from monitor.engine.shared_models import SharedModels, Turns
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Face, Frame, Observation, Sample
from monitor.settings import load_settings
from monitor.store import Store
from tests.conftest import Brightness, make_clip
from tests.monitor.engine.test_models import Counting

made: list[Careful] = []


class Careful(Brightness):
    """Fails where it is asked while it answers."""

    def __init__(self) -> None:
        self._answering = threading.Lock()
        self.closed = 0
        made.append(self)

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        assert self._answering.acquire(blocking=False)
        try:
            time.sleep(0.001)  # whoever else is ready gets the processor
            return super().analyze(samples)
        finally:
            self._answering.release()

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def shared() -> Iterator[SharedModels]:
    made.clear()
    with closing(SharedModels()) as shared:
        yield shared


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_runs_and_pictures_share_what_is_loaded_and_say_what_they_say_alone(
    tmp_path: Path, plugins: Plugins, shared: SharedModels
) -> None:
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Careful, "tests")
    settings = load_settings(analyzers=["brightness"], store=str(tmp_path / "test.db"))
    clip = str(make_clip(tmp_path / "clip.mp4", 4))
    alone = Run([clip], settings, plugins)().session
    recognizer = Recognizer(settings, plugins, shared=shared)
    with ThreadPoolExecutor(4) as threads:
        models = [Models(settings, plugins, shared=shared) for _ in range(3)]
        runs = [threads.submit(Run([clip], settings, plugins, models=each)) for each in models]
        picture = Picture(np.full((8, 8, 3), 51, np.uint8))
        seen = [recognizer([picture])[0].observations[0].scores["bright"] for _ in range(20)]
    assert seen == pytest.approx([0.2] * 20)
    with Store(settings.store) as store:
        expected, *found = (
            store.observations(store.session(number))[["seconds", "bright"]].to_numpy().tolist()
            for number in (alone, *(run.result().session for run in runs))
        )
        assert all(store.faults(session).empty for session in store.sessions())
    assert len(expected) == 8
    assert found == [expected] * 3
    for each in models:
        each.close()
    recognizer.close()
    assert [each.closed for each in made] == [1, 0]  # the first run had its own
    shared.close()
    assert [each.closed for each in made] == [1, 1]


def test_what_follows_a_stream_is_not_shared(plugins: Plugins, shared: SharedModels) -> None:
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Counting, "tests")
    settings = load_settings(analyzers=["brightness"])
    first, second = (shared.analyzer("brightness", Counting) for _ in range(2))
    assert first is not second
    with closing(Models(settings, plugins, shared=shared)) as models:
        assert models.analyzers[0].declared.temporal


class OneFace:
    """Finds one face anywhere."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        return [Face((0.25, 0.25, 0.75, 0.75), 0.9)]

    def close(self) -> None:
        pass


class Follower(OneFace):
    """Says that faces stayed where they were."""

    def follow(self, image: NDArray[np.uint8], faces: Sequence[Face], *times: object) -> list[Face]:
        return list(faces)


@pytest.mark.parametrize("own", [OneFace, Follower])
def test_a_shared_detector_follows_faces_where_its_own_does(shared: SharedModels, own: type[OneFace]) -> None:
    frames = [Frame(np.zeros((8, 8, 3), np.uint8), seconds, 1, index) for index, seconds in enumerate((0.1, 0.2, 0.3))]
    following = Following(shared.detector(own))
    followed = []
    for frame in frames:
        following.note(1, tuple(following(frame)))
        followed.append(following.followed)
    assert any(followed) == (own is Follower)


def test_turns_are_given_in_the_order_in_which_they_are_asked_for() -> None:
    took: list[float] = []
    turns, order = Turns(took.append), []

    def ask(name: str) -> None:
        with turns:
            order.append(name)

    with ThreadPoolExecutor(2) as threads:
        with turns:
            for number, name in enumerate(("first", "second"), 1):
                threads.submit(ask, name)
                wait_until(lambda number=number: turns.waiting == number)
        ask("the one who had it")
    assert order == ["first", "second", "the one who had it"]
    assert turns.waiting == 0
    assert len(took) == 4
    assert min(took) >= 0


def test_a_turn_ends_where_the_call_fails() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="once"), turns:
        raise ValueError("once")
    with turns:
        assert turns.waiting == 0
