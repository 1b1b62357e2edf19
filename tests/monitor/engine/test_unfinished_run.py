"""A run that goes on where another ended gives what one run would have given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from monitor.engine.run import Run
from monitor.engine.stream import Stream
from monitor.errors import StoreAway, StoreError
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Observation, Sample
from monitor.settings import Settings, load_settings
from monitor.store import Store, recorder
from monitor.store.unfinished import Unfinished, end_whole, unfinished
from tests.conftest import make_clip
from tests.monitor.engine.two_faces import Corners, Shade, tables

SECONDS = 12


@pytest.fixture
def installed(plugins: Plugins) -> Plugins:
    plugins.analyzers["shade"] = Registration("analyzers", "shade", Shade, "tests")
    plugins.face_detectors["corners"] = Registration("face_detectors", "corners", Corners, "tests")
    return plugins


@pytest.fixture
def recording(tmp_path: Path) -> str:
    return str(make_clip(tmp_path / "recording.mp4", SECONDS))


def settings(store: str) -> Settings:
    return load_settings(analyzers=["shade", "brightness"], face_detector="corners", store=store, batch_size=3)


def run_until(seconds: float, run: Run) -> None:
    """Let a run stop once it has come that far."""

    def watch(streams: Sequence[Stream]) -> None:
        if streams[0].seconds >= seconds:
            run.stop()

    run(watch)


def left_to_do(store: str) -> Unfinished | None:
    with Store(store) as opened:
        return unfinished(opened, 1)


@pytest.mark.parametrize("stops", [[1.0], [4.0, 4.5, 9.0]])
def test_what_was_stopped_and_gone_on_with_equals_what_was_not(
    recording: str, installed: Plugins, stops: list[float]
) -> None:
    Run([recording], settings("whole.db"), installed)()
    run_until(stops[0], Run([recording], settings("parts.db"), installed))
    for seconds in [*stops[1:], SECONDS]:
        left = left_to_do("parts.db")
        assert left is not None
        run_until(seconds, Run([recording], settings("parts.db"), installed, unfinished=left))
    whole, parts = tables("whole.db"), tables("parts.db")
    assert set(whole["observations"].subject.dropna()) == {1, 2}
    for name, table in whole.items():
        pd.testing.assert_frame_equal(parts[name], table, obj=name)


def test_a_session_without_samples_is_begun_with(recording: str, installed: Plugins) -> None:
    Run([recording], settings("none.db"), installed).close()
    left = left_to_do("none.db")
    assert left is not None
    assert (left.next_number, left.next_seconds) == (0, 0.0)
    Run([recording], settings("none.db"), installed, unfinished=left)()
    assert len(tables("none.db")["samples"]) == 2 * SECONDS


def test_nothing_is_left_of_a_whole_recording_and_of_several(recording: str, clip: Path, installed: Plugins) -> None:
    Run([recording], settings("whole.db"), installed)()
    left = left_to_do("whole.db")
    assert left is not None
    assert left.is_whole
    run_until(1.0, Run([recording, str(clip)], settings("several.db"), installed))
    assert left_to_do("several.db") is None


def test_whoever_lost_a_session_to_another_writes_nothing_more_of_it(recording: str, installed: Plugins) -> None:
    slow = Run([recording], settings("parts.db"), installed)
    others: list[Run] = []

    def taken_up(streams: Sequence[Stream]) -> None:
        if streams[0].seconds >= 4.0 and not others:
            slow.recorder.flush(force=True)
            others.append(Run([recording], settings("parts.db"), installed, unfinished=left_to_do("parts.db")))

    with pytest.raises(StoreError, match="session 1 was taken up by another process, which goes on with it"):
        slow(taken_up)
    others[0]()
    Run([recording], settings("whole.db"), installed)()
    for name, table in tables("whole.db").items():
        pd.testing.assert_frame_equal(tables("parts.db")[name], table, obj=name)


def test_nobody_goes_on_from_what_is_outdated(recording: str, installed: Plugins) -> None:
    first = Run([recording], settings("parts.db"), installed)
    left = left_to_do("parts.db")
    first.recorder.flush(force=True)
    with pytest.raises(StoreAway, match="session 1 is written by another process just now"):
        Run([recording], settings("parts.db"), installed, unfinished=left)
    first.close()


class Ender:
    """A sink that ends the session once all of its recording was analysed, as one who takes it for dead would."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self.refusal = self.state = ""

    def begin(self, session_id: int, settings: Settings) -> None:
        pass

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        if sample.frame.index < 2 * SECONDS - 1 or self.run is None:
            return
        with Store("whole.db") as store:
            outdated = unfinished(store, 1)
            self.run.recorder.flush(force=True)
            left = unfinished(store, 1)
            if outdated is None or left is None or outdated.is_whole or not left.is_whole:
                return
            try:
                end_whole(store, outdated)
            except StoreAway as error:
                self.refusal = str(error)
            end_whole(store, left)
            self.state = store.session(1).state

    def close(self) -> None:
        pass


def test_a_whole_session_is_ended_though_its_engine_still_lives(
    recording: str, installed: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "FLUSH_SECONDS", 1e6)  # so that the engine writes when it is told to
    ender = Ender()
    slow = ender.run = Run([recording], settings("whole.db"), installed, sinks={"ender": ender})
    with pytest.raises(StoreError, match="session 1 was taken up by another process"):
        slow()
    assert ender.refusal == "session 1 is written by another process just now; try again"
    assert ender.state == "finished"
    with Store("whole.db") as store:
        assert (store.session(1).state, store.sources(1)[0].state) == ("finished", "finished")


def test_what_is_gone_on_with_asks_the_store_for_nothing_once_it_has_begun(
    recording: str, installed: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_until(4.0, Run([recording], settings("parts.db"), installed))
    left = left_to_do("parts.db")
    assert left is not None
    second = Run([recording], settings("parts.db"), installed, unfinished=left)

    def away(query: object) -> None:
        raise StoreAway("parts.db is away")

    with monkeypatch.context() as absence:
        absence.setattr(second.store, "row", away)

        def back(streams: Sequence[Stream]) -> None:
            if streams[0].frames_sampled >= left.next_number + 4:
                absence.undo()

        second(back)
    Run([recording], settings("whole.db"), installed)()
    for name, table in tables("whole.db").items():
        pd.testing.assert_frame_equal(tables("parts.db")[name], table, obj=name)
