"""What a run survives of analyzers, detectors and sinks, and whom a fault costs what."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.engine.run import Run, Summary
from monitor.errors import AnalyzerError, PluginError
from monitor.plugin import Measure
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Observation, Sample
from monitor.settings import Settings, load_settings
from monitor.store import Store
from tests.conftest import Brightness, make_clip


def settings(**overrides: object) -> Settings:
    return load_settings(**{"analyzers": ["tested"], "store": "test.db", **overrides})


def analyse(plugins: Plugins, analyzer: type, *clips: Path, **overrides: object) -> Summary:
    plugins.analyzers["tested"] = Registration("analyzers", "tested", analyzer, "tests")
    return Run([str(clip) for clip in clips], settings(**overrides), plugins)()


class Tested(Brightness):
    name = "tested"


class Allergic(Tested):
    """Fails on bright frames, and on every batch that has one."""

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        if any(sample.frame.image.mean() > 150 for sample in samples):
            raise ValueError("too bright")
        return super().analyze(samples)


def test_a_bad_sample_costs_only_itself_whatever_batch_it_is_in(clip: Path, plugins: Plugins) -> None:
    summary = analyse(plugins, Allergic, clip, batch_size=16, faults_in_a_row=100)
    with Store("test.db") as store:
        session = store.session(summary.session)
        assert store.observations(session).seconds.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]
        assert store.faults(session).samples.tolist() == [1, 1, 1]


def test_a_stream_that_makes_an_analyzer_fail_does_not_end_the_others(tmp_path: Path, plugins: Plugins) -> None:
    class Picky(Tested):
        def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
            if any(sample.frame.source == 1 for sample in samples):
                raise ValueError("not this one")
            return super().analyze(samples)

    bad, good = make_clip(tmp_path / "bad.mp4", 8), make_clip(tmp_path / "good.mp4", 8)
    summary = analyse(plugins, Picky, bad, good, faults_in_a_row=3)
    first, second = summary.sources
    assert (first["state"], second["state"], second["frames_sampled"]) == ("failed", "finished", 16)
    assert "tested failed 3 times in a row; the last time: ValueError: not this one" in first["error"]
    assert (summary.state, second["switched_off"]) == ("finished", {})
    with Store("test.db") as store:
        assert set(store.observations(store.session("latest")).source) == {str(good)}


def test_an_analyzer_that_works_goes_on_beside_one_that_does_not(clip: Path, plugins: Plugins) -> None:
    summary = analyse(plugins, Allergic, clip, analyzers=["tested", "brightness"], faults_in_a_row=1)
    assert summary.state == "finished"
    assert list(summary.sources[0]["switched_off"]) == ["tested"]
    with Store("test.db") as store:
        assert len(store.observations(store.session("latest"), analyzer="brightness")) == 8


class Counting(Tested):
    """Temporal: counts the samples of its source."""

    labels = ()
    measures = (Measure("samples", "", 1, float("inf"), "How many samples it has seen."),)
    temporal = True
    made = 0

    def __init__(self) -> None:
        type(self).made += 1
        self.seen = 0

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        answers = []
        for sample in samples:
            self.seen += 1
            frame = sample.frame
            answers.append([Observation(self.name, frame.source, frame.seconds, None, measures={"samples": self.seen})])
        return answers


@pytest.mark.parametrize("batch_size", [1, 3, 16])
def test_a_temporal_analyzer_has_an_instance_for_each_source(tmp_path: Path, plugins: Plugins, batch_size: int) -> None:
    class Fresh(Counting):
        made = 0

    clips = [make_clip(tmp_path / f"{number}.mp4", 2 + number) for number in range(3)]
    summary = analyse(plugins, Fresh, *clips, batch_size=batch_size)
    assert Fresh.made == 3
    with Store("test.db") as store:
        seen = store.observations(store.session(summary.session))
        for _, of_source in seen.groupby("source_id"):
            assert of_source["samples"].tolist() == list(range(1, len(of_source) + 1))
        assert len(seen) == 4 + 6 + 8


def test_sources_that_are_shown_alike_are_kept_apart(
    tmp_path: Path, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.sources import open_source

    clips = {f"http://host/x?key=cam{number}": make_clip(tmp_path / f"{number}.mp4", number) for number in (1, 2)}

    def opened(address: str, **options: object) -> object:
        source = open_source(str(clips[address]), **options)
        source.name = "http://host/x?key=***"
        return source

    monkeypatch.setattr("monitor.engine.opening.open_source", opened)
    plugins.analyzers["tested"] = Registration("analyzers", "tested", Counting, "tests")
    summary = Run(list(clips), settings(), plugins)()
    assert [source["name"] for source in summary.sources] == ["http://host/x?key=***", "http://host/x?key=*** (2)"]
    with Store("test.db") as store:
        seen = store.observations(store.session("latest"))
        assert seen.groupby("source")["samples"].max().tolist() == [2, 4]


def test_no_batch_is_larger_than_asked_for_and_streams_that_end_leave_their_room(
    tmp_path: Path, plugins: Plugins
) -> None:
    sizes: list[int] = []

    class Measuring(Tested):
        def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
            sizes.append(len(samples))
            return super().analyze(samples)

    clips = [make_clip(tmp_path / f"{number}.mp4", 1) for number in range(6)]
    summary = analyse(plugins, Measuring, *clips, make_clip(tmp_path / "long.mp4", 20), batch_size=4)
    assert [source["frames_sampled"] for source in summary.sources] == [2] * 6 + [40]
    assert max(sizes) <= 4
    assert sum(sizes) == 52


def test_start_does_not_count_as_speed(tmp_path: Path, plugins: Plugins) -> None:
    plugins.analyzers["tested"] = Registration("analyzers", "tested", Tested, "tests")
    clip = make_clip(tmp_path / "long.mp4", 60)
    summary = Run([str(clip)], settings(), plugins, start_seconds=59.0)()
    (source,) = summary.sources
    assert (source["frames_sampled"], source["seconds"]) == (2, 59.5)
    wall_seconds = source["frames_sampled"] / source["samples_per_second"]
    assert source["realtime_factor"] == pytest.approx(0.5 / wall_seconds, rel=1e-3)


def test_stopping_leaves_sources_that_have_ended_finished(tmp_path: Path, plugins: Plugins) -> None:
    plugins.analyzers["tested"] = Registration("analyzers", "tested", Tested, "tests")
    clips = [make_clip(tmp_path / "short.mp4", 1), make_clip(tmp_path / "long.mp4", 120)]
    run = Run([str(clip) for clip in clips], settings(batch_size=1), plugins)
    summary = run(lambda streams: run.stop() if streams[0].ended_at is not None else None)
    assert [source["state"] for source in summary.sources] == ["finished", "stopped"]
    assert summary.state == "stopped"


def test_a_run_that_is_never_called_ends_as_stopped(clip: Path, plugins: Plugins) -> None:
    plugins.analyzers["tested"] = Registration("analyzers", "tested", Tested, "tests")
    run = Run([str(clip)], settings(), plugins)
    run.close()
    run.close()
    with Store("test.db") as store:
        assert [session.state for session in store.sessions()] == ["stopped"]


def test_where_the_detector_failed_the_store_knows_no_number_of_faces(clip: Path, plugins: Plugins) -> None:
    class Blind:
        calls = 0

        def detect(self, image: object) -> list[object]:
            self.calls += 1
            if self.calls == 2:
                raise RuntimeError("the lens is dirty")
            return []

        def close(self) -> None:
            pass

    class Faces(Tested):
        needs_faces = True

        def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
            return [[] for _ in samples]

    plugins.face_detectors["tests"] = Registration("face_detectors", "tests", Blind, "tests")
    analyse(plugins, Faces, clip, face_detector="tests")
    with Store("test.db") as store:
        faces = store.samples(store.session("latest")).faces
    assert faces.isna().tolist() == [False, True] + [False] * 6
    assert faces.dropna().tolist() == [0] * 7


@pytest.mark.parametrize(
    ("faces", "message"),
    [
        (None, "a face detector must return a list of Face, not NoneType"),
        ([{"box": (0, 0, 1, 1)}], "a face detector must return a list of Face"),
    ],
)
def test_a_detector_that_answers_nonsense_is_named(clip: Path, plugins: Plugins, faces: object, message: str) -> None:
    class Nonsense:
        def detect(self, image: object) -> object:
            return faces

        def close(self) -> None:
            pass

    class Faces(Tested):
        needs_faces = True

    plugins.face_detectors["tests"] = Registration("face_detectors", "tests", Nonsense, "tests")
    with pytest.raises(AnalyzerError, match=f"faces failed 5 times in a row; the last time: AnalyzerError: {message}"):
        analyse(plugins, Faces, clip, face_detector="tests")


class Sinking:
    """A sink that fails where it is told to."""

    def begin(self, session_id: int, settings: Settings) -> None:
        pass

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        pass

    def close(self) -> None:
        pass


def failing(method: str, error: BaseException) -> type[Sinking]:
    def fail(*_: object) -> None:
        raise error

    return type("Failing", (Sinking,), {method: fail})


@pytest.mark.parametrize("error", [KeyError("page"), SystemExit(1)])
def test_a_sink_that_cannot_begin_is_one_line_and_the_session_has_failed(
    clip: Path, plugins: Plugins, error: BaseException
) -> None:
    plugins.sinks["diary"] = Registration("sinks", "diary", failing("begin", error), "tests", follows="tested")
    with pytest.raises(PluginError, match=f"sink 'diary' cannot begin .{type(error).__name__}"):
        analyse(plugins, Tested, clip)
    with Store("test.db") as store:
        assert store.session("latest").state == "failed"


def test_what_is_raised_while_closing_is_logged_and_no_more(
    clip: Path, plugins: Plugins, caplog: pytest.LogCaptureFixture
) -> None:
    class Stuck(Tested):
        def close(self) -> None:
            raise OSError("busy")

    plugins.sinks["diary"] = Registration(
        "sinks", "diary", failing("close", ValueError("full")), "tests", follows="tested"
    )
    with caplog.at_level(logging.ERROR):
        summary = analyse(plugins, Stuck, clip)
    assert summary.state == "finished"
    assert "tested could not be closed (OSError: busy)" in caplog.text
    assert "sink diary could not be closed (ValueError: full)" in caplog.text


def test_a_sink_that_fails_in_a_row_is_left_out_and_the_run_goes_on(clip: Path, plugins: Plugins) -> None:
    sink = failing("write", OSError("no space left"))
    plugins.sinks["diary"] = Registration("sinks", "diary", sink, "tests", follows="tested")
    summary = analyse(plugins, Tested, clip, faults_in_a_row=2)
    assert summary.state == "finished"
    assert list(summary.sources[0]["switched_off"]) == ["sink diary"]
    with Store("test.db") as store:
        session = store.session(summary.session)
        assert len(store.observations(session)) == 8
        assert len(store.faults(session)) == 2


def test_a_stage_that_holds_the_run_up_is_named_and_stored(
    clip: Path, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.store.records.SLOW_MS", 0.0)
    named: set[str | None] = set()
    plugins.analyzers["tested"] = Registration("analyzers", "tested", Tested, "tests")
    Run([str(clip)], settings(), plugins)(lambda streams: named.add(streams[0].slow_stage))
    assert any(name and name.endswith("ms for each sample") for name in named)
    with Store("test.db") as store:
        assert "tested" in store.session("latest").stages_ms
