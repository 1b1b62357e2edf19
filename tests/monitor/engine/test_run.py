"""The engine from source to store, with an analyzer whose answers can be computed by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from monitor.engine.run import Run, Summary
from monitor.errors import AnalyzerError, ConfigError, SourceError
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Frame, Observation, Sample
from monitor.settings import Settings, load_settings
from monitor.sources import Gap
from monitor.store import Store
from tests.conftest import Brightness, make_clip


def settings(**overrides: object) -> Settings:
    return load_settings(analyzers=["brightness"], store="test.db", **overrides)


def analyse(addresses: Sequence[str], plugins: Plugins, **overrides: object) -> Summary:
    return Run(addresses, settings(**overrides), plugins)()


def test_a_clip_becomes_samples_shares_and_windows(clip: Path, plugins: Plugins) -> None:
    summary = analyse([str(clip)], plugins, window_seconds=2)
    (source,) = summary.sources
    assert summary.state == "finished"
    assert (source["frames_sampled"], source["seconds"], source["frames_dropped"]) == (8, 3.5, {})
    with Store("test.db") as store:
        session = store.session(summary.session)
        raw = store.observations(session)
        assert raw.seconds.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
        assert raw.bright.tolist() == pytest.approx([k / 8 for k in range(8)], abs=0.02)
        # the share is the mean of the probabilities, because those of every sample sum to one
        share = source["shares"]["brightness"]["frame"]["bright"]
        assert share == pytest.approx(raw.bright.mean(), abs=1e-5)
        assert store.windows(session, "brightness").samples.tolist() == [4, 4]
        assert store.sources(session.id)[0].state == "finished"


def test_the_same_clip_gives_the_same_answer_whatever_the_batch(clip: Path, plugins: Plugins) -> None:
    results = [analyse([str(clip)], plugins, batch_size=size).sources[0]["shares"] for size in (1, 3, 64)]
    assert results[0] == results[1] == results[2]


def test_several_sources_are_kept_apart(tmp_path: Path, plugins: Plugins) -> None:
    long, short = make_clip(tmp_path / "long.mp4", 5), make_clip(tmp_path / "short.mp4", 2)
    summary = analyse([str(long), str(short), str(long)], plugins)
    assert [source["frames_sampled"] for source in summary.sources] == [10, 4]


def test_one_bad_source_does_not_stop_the_others(clip: Path, plugins: Plugins) -> None:
    run = Run(["missing.mp4", str(clip)], settings(), plugins)
    (failed,) = run.failed
    assert "missing.mp4" in str(failed)
    assert run().sources[0]["frames_sampled"] == 8


def test_only_bad_sources_are_an_error_and_make_no_session(plugins: Plugins) -> None:
    with pytest.raises(SourceError, match=r"missing\.mp4"):
        Run(["missing.mp4"], settings(), plugins)
    assert not Path("test.db").exists()


def test_unknown_names_are_errors_with_the_nearest_name(clip: Path, plugins: Plugins) -> None:
    with pytest.raises(ConfigError, match="brightnes'; did you mean 'brightness'"):
        Run([str(clip)], load_settings(analyzers=["brightnes"]), plugins)


class Moody(Brightness):
    """Fails whenever it is told to."""

    name = "brightness"
    failing = staticmethod(lambda call: True)

    def __init__(self) -> None:
        self.calls = 0

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        self.calls += 1
        if self.failing(self.calls):
            raise ValueError("in a mood")
        return super().analyze(samples)


def with_analyzer(plugins: Plugins, factory: type) -> Plugins:
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", factory, "tests")
    return plugins


def test_a_fault_loses_its_batch_and_not_the_stream(clip: Path, plugins: Plugins) -> None:
    class Once(Moody):
        failing = staticmethod(lambda call: call == 2)

    summary = analyse([str(clip)], with_analyzer(plugins, Once), batch_size=1)
    with Store("test.db") as store:
        session = store.session(summary.session)
        assert len(store.observations(session)) == 7
        assert len(store.samples(session)) == 8
        faults = store.faults(session)
        assert faults[["analyzer", "samples", "message"]].values.tolist() == [
            ["brightness", 1, "ValueError: in a mood"]
        ]


def test_faults_in_a_row_end_the_run_and_keep_what_was_stored(clip: Path, plugins: Plugins) -> None:
    class Later(Moody):
        failing = staticmethod(lambda call: call > 3)

    with pytest.raises(AnalyzerError, match="failed 2 times in a row"):
        analyse([str(clip)], with_analyzer(plugins, Later), batch_size=1, faults_in_a_row=2)
    with Store("test.db") as store:
        session = store.session("latest")
        assert session.state == "failed"
        assert "in a mood" in (session.error or "")
        assert len(store.observations(session)) == 3


@pytest.mark.parametrize("answer", [[], [[Observation("brightness", 1, 0.0, None, {"other": 1.0})]]])
def test_answers_that_break_the_contract_are_faults(clip: Path, plugins: Plugins, answer: list) -> None:
    class Wrong(Brightness):
        def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
            return answer

    with pytest.raises(AnalyzerError, match="in a row"):
        analyse([str(clip)], with_analyzer(plugins, Wrong), batch_size=1)


def test_stopping_ends_cleanly_with_everything_stored(tmp_path: Path, plugins: Plugins) -> None:
    clip = make_clip(tmp_path / "long.mp4", 60)
    run = Run([str(clip)], settings(batch_size=1), plugins)
    summary = run(lambda streams: run.stop() if streams[0].frames_sampled >= 5 else None)
    assert summary.state == "stopped"
    assert 5 <= summary.sources[0]["frames_sampled"] < 120
    with Store("test.db") as store:
        session = store.session("latest")
        assert session.state == "stopped"
        assert len(store.observations(session)) == summary.sources[0]["frames_sampled"]


class Camera:
    """A live source that gives what a test wants."""

    number, name, kind, duration_seconds, frames_decoded = 1, "camera", "live", None, 0

    def __init__(self, items: Sequence[Frame | Gap | threading.Event]) -> None:
        from collections import Counter

        self.frames_dropped: Counter[str] = Counter()
        self._items = items

    def samples(self) -> Iterator[Frame | Gap]:
        for item in self._items:
            if isinstance(item, threading.Event):
                item.wait(120)
            else:
                self.frames_decoded += 1
                yield item

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


def grey(index: int) -> Frame:
    return Frame(np.full((4, 4, 3), 100, np.uint8), index / 2, 1, index, source_name="camera")


def test_a_busy_engine_keeps_the_newest_live_frame_and_counts_the_rest(
    plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, come = threading.Event(), threading.Event()

    class Slow(Brightness):
        def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
            taken.set()
            come.wait(120)
            return super().analyze(samples)

    class Burst(Camera):
        def samples(self) -> Iterator[Frame | Gap]:
            yield from super().samples()
            come.set()

    camera = Burst([grey(0), taken, *(grey(index) for index in range(1, 6))])
    monkeypatch.setattr("monitor.engine.opening.open_source", lambda *_, **__: camera)
    (source,) = analyse(["camera"], with_analyzer(plugins, Slow)).sources
    assert source["frames_dropped"] == {"engine busy": 4}
    assert source["frames_sampled"] == 2
    assert source["seconds"] == 2.5


def test_a_gap_is_recorded_and_ends_with_the_next_frame(plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera([grey(0), Gap(0.5, "connection lost"), grey(9)])
    monkeypatch.setattr("monitor.engine.opening.open_source", lambda *_, **__: camera)
    analyse(["camera"], plugins)
    with Store("test.db") as store:
        gaps = store.gaps(store.session("latest"))
        assert gaps[["start_seconds", "end_seconds", "reason"]].values.tolist() == [[0.5, 4.5, "connection lost"]]


def test_sinks_receive_what_the_store_receives(clip: Path, plugins: Plugins) -> None:
    import json

    analyse([str(clip)], plugins, options={"sinks": {"jsonl": {"path": "seen.jsonl"}}})
    rows = [json.loads(line) for line in Path("seen.jsonl").read_text().splitlines()]
    assert [row["seconds"] for row in rows] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]


def test_the_general_runtime_is_the_default_of_each_analyzer(clip: Path) -> None:
    plugins = Plugins()
    with pytest.raises(ConfigError, match="unknown runtime 'onnxruntim'; did you mean 'onnxruntime'"):
        Run([str(clip)], load_settings(runtime="onnxruntim"), plugins)
    own = {"analyzers": {"face-fusion": {"runtime": "openvin"}}}
    with pytest.raises(ConfigError, match="'openvin'"):
        Run([str(clip)], load_settings(runtime="onnxruntime", options=own), plugins)


def test_a_sink_that_fails_is_a_fault_and_the_store_goes_on(clip: Path, plugins: Plugins) -> None:
    class Full:
        def begin(self, session_id: int, settings: Settings) -> None:
            pass

        def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
            raise OSError("no space left")

        def close(self) -> None:
            pass

    plugins.sinks["full"] = Registration("sinks", "full", Full, "tests")
    summary = analyse([str(clip)], plugins, options={"sinks": {"full": {}}}, faults_in_a_row=100)
    with Store("test.db") as store:
        session = store.session(summary.session)
        assert len(store.observations(session)) == 8
        assert set(store.faults(session).message) == {"OSError: no space left"}


class Diary:
    """A sink that notes what happens to it."""

    entries: list[tuple[str, object]]

    def begin(self, session_id: int, settings: Settings) -> None:
        self.entries.append(("begin", (session_id, settings.store)))

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        self.entries.append(("write", [seen.analyzer for seen in observations]))

    def close(self) -> None:
        self.entries.append(("close", None))


@pytest.fixture
def diary(plugins: Plugins) -> type[Diary]:
    """The sink `diary`, which follows the analyzer `brightness`."""

    class Fresh(Diary):
        entries: list[tuple[str, object]] = []  # noqa: RUF012 - one list for all, so that the test sees it

    plugins.sinks["diary"] = Registration("sinks", "diary", Fresh, "tests", follows="brightness")
    return Fresh


def test_a_sink_that_follows_an_analyzer_runs_with_it_without_a_section(
    clip: Path, plugins: Plugins, diary: type[Diary]
) -> None:
    summary = analyse([str(clip)], plugins)
    assert diary.entries == [
        ("begin", (summary.session, "test.db")),
        *[("write", ["brightness"])] * 8,
        ("close", None),
    ]


def test_a_sink_that_follows_another_analyzer_does_not_run(clip: Path, plugins: Plugins, diary: type[Diary]) -> None:
    plugins.sinks["diary"] = Registration("sinks", "diary", diary, "tests", follows="scene-sentiment")
    analyse([str(clip)], plugins, options={"sinks": {"diary": {}}})
    assert diary.entries == []


def test_a_sink_that_follows_takes_its_options_from_its_section(clip: Path, plugins: Plugins) -> None:
    plugins.sinks["diary"] = Registration("sinks", "diary", Diary, "tests", follows="brightness")
    with pytest.raises(ConfigError, match=r"\[options.sinks.diary\]: diary has no options, config.toml gives colour"):
        Run([str(clip)], settings(options={"sinks": {"diary": {"colour": "red"}}}), plugins)


def test_a_sink_that_cannot_begin_ends_the_run_before_anything_is_analysed(
    clip: Path, plugins: Plugins, diary: type[Diary], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Diary, session_id: int, settings: Settings) -> None:
        raise ConfigError("the page is full")

    monkeypatch.setattr(diary, "begin", refuse)
    with pytest.raises(ConfigError, match="the page is full"):
        analyse([str(clip)], plugins)
    assert diary.entries == [("close", None)]
    with Store("test.db") as store:
        session = store.session("latest")
        assert (session.state, session.error) == ("failed", "the page is full")
        assert store.samples(session).empty
