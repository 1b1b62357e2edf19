"""The sink `similar-moments`: by itself, and as the engine runs it over pictures and clips."""

from __future__ import annotations

import errno
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from monitor.engine.run import Run, Summary
from monitor.errors import ArtifactError, MonitorError
from monitor.model.artifact import Artifact
from monitor.plugin.registry import Plugins
from monitor.sample import Frame, Observation, Sample
from monitor.settings import Settings, load_settings
from monitor.store import Store
from monitor.store.unfinished import unfinished
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_retrieval.index import inbox as inbox_module
from monitor_retrieval.index import sink as sink_module
from monitor_retrieval.index.inbox import Inbox
from monitor_retrieval.index.location import index_folder, model_identity
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.index.novelty import Novelty
from monitor_retrieval.index.sink import SimilarMoments
from tests.plugins.monitor_retrieval.conftest import LABELS, quadrants

SetUp = Callable[..., Settings]


@pytest.fixture
def set_up(made_model: Path) -> SetUp:
    """Settings of a run with the made model, and nothing in config.toml but where that lies."""

    def settings(artifact: Path = made_model, **overrides: Any) -> Settings:
        options = {"analyzers": {"affective-retrieval": {"artifact": str(artifact), "runtime": "onnxruntime"}}}
        options |= overrides.pop("options", {})
        return load_settings(analyzers=["affective-retrieval"], store="run.db", options=options, **overrides)

    return settings


def pictures(folder: Path, *hues: int) -> str:
    folder.mkdir()
    for place, hue in enumerate(hues):
        Image.fromarray(quadrants(hue)).save(folder / f"{place:02}.png")
    return folder.name


def record(source: str, settings: Settings) -> Summary:
    return Run([source], settings, Plugins())()


# -- whole runs


def test_a_run_over_pictures_leaves_an_index_that_can_be_searched(tmp_path: Path, set_up: SetUp) -> None:
    hues = [0, 60, 120, 180, 240, 300, 62, 300]
    settings = set_up()
    summary = record(pictures(tmp_path / "wheel", *hues), settings)
    index = MomentIndex("run.moments")
    assert index.sessions() == {summary.session: 8}
    assert index.labels == LABELS
    assert index.model == model_identity(Artifact.read(settings.options.analyzers["affective-retrieval"]["artifact"]))

    asked = index.near(summary.session, 0.5, "wheel")
    itself, found = index.search(asked.vector, count=2)
    assert (itself.file, found.file) == ("01.png", "06.png")
    with Store("run.db") as store:
        rows = store.observations(store.session("latest"))
    for moment in index.by_emotion("awe", count=8):
        row = rows[rows.file == moment.file].iloc[0]
        assert dict(moment.scores) == pytest.approx({label: row[label] for label in LABELS}, abs=2e-6)
        assert (moment.source, moment.seconds) == (row.source, row.seconds)
        picture = cv2.imdecode(np.frombuffer(moment.thumbnail, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
        expected = quadrants(hues[int(moment.file[:2])])  # type: ignore[index]
        assert picture.shape == expected.shape
        assert np.abs(picture.astype(int) - expected).mean() < 5

    novelty = index.novelty(summary.session, "wheel")
    assert novelty.novelty.isna().tolist() == [True] * 4 + [False] * 4  # nothing is 2 s old before 2 s
    assert novelty.novelty.iloc[7] == pytest.approx(
        min(1 - float(index.near(1, 3.5).vector @ index.near(1, at).vector) for at in (0.0, 0.5, 1.0, 1.5)), abs=1e-6
    )
    assert index.unusual(summary.session, count=1)[0].seconds == novelty.seconds[novelty.novelty.idxmax()]


def test_later_runs_add_their_sessions_and_every_source_has_its_own_past(tmp_path: Path, set_up: SetUp) -> None:
    hues = (0, 90, 10, 200, 95, 180, 20, 300)
    one, other = pictures(tmp_path / "one", *hues), pictures(tmp_path / "other", *hues)
    first = Run([one, other], set_up(), Plugins())()
    second = record(one, set_up())
    index = MomentIndex("run.moments")
    assert index.sessions() == {first.session: 16, second.session: 8}
    series = [
        index.novelty(session, source["name"])
        for session, source in zip((1, 1, 2), [*first.sources, *second.sources], strict=True)
    ]
    assert len(series[0]) == 8
    for each in series[1:]:  # the same pictures: neither the other source nor an earlier session is its past
        np.testing.assert_allclose(each.novelty, series[0].novelty, atol=1e-6)
    # of three sources, the same frame comes three times
    found = index.search(index.near(second.session, 2.0).vector, count=3)
    assert sorted(moment.session for moment in found) == [1, 1, 2]
    assert {moment.seconds for moment in found} == {2.0}


def test_the_index_lies_where_config_toml_says(tmp_path: Path, set_up: SetUp) -> None:
    settings = set_up(options={"sinks": {"similar-moments": {"path": "else/where"}}})
    record(pictures(tmp_path / "two", 0, 90), settings)
    assert MomentIndex("else/where").sessions() == {1: 2}
    assert not Path("run.moments").exists()


def test_without_its_analyzer_the_sink_does_not_run(clip: Path, plugins: Plugins) -> None:
    Run([str(clip)], load_settings(analyzers=["brightness"], store="run.db"), plugins)()
    assert not Path("run.moments").exists()


def test_an_index_of_another_model_is_refused_before_anything_is_analysed(
    tmp_path: Path, set_up: SetUp, other_model: Path
) -> None:
    source = pictures(tmp_path / "two", 0, 90)
    record(source, set_up())
    with pytest.raises(
        MonitorError, match=r"by the model 'quadrants 1 \w{12}', now it is 'quadrants 2 \w{12}'.*rebuil"
    ):
        record(source, set_up(other_model))
    assert MomentIndex("run.moments").sessions() == {1: 2}
    with Store("run.db") as store:
        session = store.session("latest")
        assert session.state == "failed"
        assert "monitor library rebuild" in (session.error or "")
        assert store.samples(session).empty


def test_an_index_of_another_store_is_refused(tmp_path: Path, set_up: SetUp) -> None:
    source = pictures(tmp_path / "two", 0, 90)
    record(source, set_up())
    Path("run.db").rename("kept.db")
    with pytest.raises(MonitorError, match=r"run.moments has moments of a session 1 already, so it belongs to another"):
        record(source, set_up())
    assert MomentIndex("run.moments").sessions() == {1: 2}


def test_a_session_that_is_gone_on_with_has_each_moment_once_and_knows_its_past(demo_clip: Path, set_up: SetUp) -> None:
    settings = set_up(every_seconds=0.1, batch_size=1)
    whole = record(str(demo_clip), settings)
    begun = Run([str(demo_clip)], settings, Plugins())
    begun(lambda streams: begun.stop() if streams[0].frames_sampled == 14 else None)
    session = begun.recorder.session_id
    index = MomentIndex("run.moments")
    *_, last = next(index.of_session(session, 100))
    index.append([replace(last, seconds=last.seconds + 0.1)])  # as if the store had not been written any more
    with Store("run.db") as store:
        left = unfinished(store, session)
    Run([str(demo_clip)], settings, Plugins(), unfinished=left)()
    name = whole.sources[0]["name"]
    pd.testing.assert_frame_equal(index.novelty(session, name), index.novelty(whole.session, name))


def test_a_run_without_a_model_does_not_begin(tmp_path: Path, set_up: SetUp) -> None:
    with pytest.raises(ArtifactError, match="is not a model artifact"):
        record(pictures(tmp_path / "two", 0, 90), set_up(tmp_path / "none"))
    assert not Path("run.moments").exists()


FULL = """
import resource, sys
from monitor.plugin.registry import Plugins
from monitor.engine.run import Run
from monitor.settings import load_settings

source, model, limit = sys.argv[1:]
options = {"analyzers": {"affective-retrieval": {"artifact": model, "runtime": "onnxruntime"}}}
settings = load_settings(analyzers=["affective-retrieval"], store="run.db", options=options, batch_size=4)
run = Run([source], settings, Plugins())
writes = 0

from monitor_retrieval.index import sink
sink.BATCH_MOMENTS = 4
write = sink.Inbox.write

def fills_up(*given):
    global writes
    writes += 1
    if writes == 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        write(*given)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

sink.Inbox.write = fills_up
print(run().state)
"""


def test_on_a_full_disk_the_recording_goes_on_without_the_index(tmp_path: Path, made_model: Path) -> None:
    """Files may not grow beyond 100 bytes while the third batch is written."""
    source = pictures(tmp_path / "many", *range(0, 320, 10))
    result = subprocess.run(
        [sys.executable, "-c", FULL, source, str(made_model), "100"], capture_output=True, text=True, cwd=tmp_path
    )
    assert (result.returncode, result.stdout) == (0, "finished\n"), result.stderr
    with Store("run.db") as store:
        session = store.session("latest")
        assert len(store.observations(session)) == 32
        (fault,) = store.faults(session).itertuples()
    assert fault.analyzer == "sink similar-moments"
    assert re.search(r"run\.moments cannot be written \(.*File too large.*\); make room there", fault.message)
    assert fault.message.endswith("the recording goes on without moments")
    assert "\n" not in fault.message
    assert result.stderr.count("cannot be written") == 1
    index = MomentIndex("run.moments")
    assert index.sessions() == {1: 8}  # what was appended before stays
    assert index.near(1, 3.5).thumbnail[:2] == b"\xff\xd8"


def test_where_nothing_can_be_written_the_recording_goes_on_without_the_index(
    tmp_path: Path, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(inbox_module, "_write", full)
    summary = record(pictures(tmp_path / "two", 0, 90), set_up())
    assert summary.state == "finished"
    with Store("run.db") as store:
        assert len(store.observations(store.session("latest"))) == 2


RECORDING = """
import sys
from monitor.plugin.registry import Plugins
from monitor.engine.run import Run
from monitor.settings import load_settings
from monitor_retrieval.index import sink

sink.BATCH_MOMENTS = 5
options = {"analyzers": {"affective-retrieval": {"artifact": sys.argv[2], "runtime": "onnxruntime"}}}
settings = load_settings(analyzers=["affective-retrieval"], store="run.db", options=options, batch_size=1)
Run([sys.argv[1]], settings, Plugins())(lambda streams: print(streams[0].frames_sampled, flush=True))
"""


def test_a_run_that_is_killed_leaves_all_but_its_last_batch(tmp_path: Path, made_model: Path, set_up: SetUp) -> None:
    source = pictures(tmp_path / "many", *range(300))
    engine = subprocess.Popen(
        [sys.executable, "-c", RECORDING, source, str(made_model)], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert engine.stdout is not None
    with engine.stdout:
        for line in engine.stdout:
            if int(line) >= 37:
                engine.send_signal(signal.SIGKILL)
                break
        engine.stdout.read()
    assert engine.wait() == -signal.SIGKILL
    index = MomentIndex("run.moments")
    (count,) = index.sessions().values()
    assert count % 5 == 0
    assert 35 <= count < 300
    record(pictures(tmp_path / "two", 0, 90), set_up())  # and the next run goes on
    assert index.sessions() == {1: count, 2: 2}


# -- the sink by itself


def seen(vector: np.ndarray, seconds: float, analyzer: str = "affective-retrieval") -> tuple[Sample, list[Observation]]:
    sample = Sample(Frame(quadrants(0), seconds, 1, int(2 * seconds), source_name="camera"))
    scores = dict.fromkeys(LABELS, 1 / 8)
    return sample, [Observation(analyzer, 1, seconds, None, scores, vector=vector)]


@pytest.fixture
def begun(set_up: SetUp) -> SimilarMoments:
    """The sink of session 7, begun."""
    sink = SimilarMoments()
    sink.begin(7, set_up())
    return sink


def vectors(count: int) -> np.ndarray:
    found = np.random.default_rng(0).normal(size=(count, 12)).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def test_moments_are_appended_in_batches_and_the_rest_at_the_end(begun: SimilarMoments) -> None:
    index = MomentIndex("run.moments", model=begun._model, create=True)
    counts = []
    for number, vector in enumerate(vectors(150)):
        begun.write(*seen(vector, number / 2))
        counts.append(len(index))
    assert counts == [0] * 63 + [64] * 64 + [128] * 23
    begun.close()
    begun.close()
    assert index.sessions() == {7: 150}
    new = Novelty()
    expected = [new(vector, number / 2) for number, vector in enumerate(vectors(150))]
    found = index.novelty(7, "camera").novelty
    np.testing.assert_allclose(found, [np.nan if each is None else each for each in expected], atol=1e-6)


def test_a_slow_stream_is_appended_after_some_seconds(begun: SimilarMoments, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(sink_module.time, "monotonic", lambda: now)
    index = MomentIndex("run.moments", model=begun._model, create=True)
    counts = []
    for number, vector in enumerate(vectors(12)):
        now += 2.0
        begun.write(*seen(vector, 2.0 * number))
        counts.append(len(index))
    assert counts == [0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9, 12]
    begun.close()


def test_observations_without_a_vector_or_of_another_analyzer_are_passed_over(begun: SimilarMoments) -> None:
    vector = vectors(1)[0]
    sample, (observation,) = seen(vector, 1.0)
    begun.write(sample, [])
    begun.write(*seen(vector, 1.5, analyzer="somebody-else"))
    begun.write(sample, [Observation("affective-retrieval", 1, 2.0, None, observation.scores)])
    begun.close()
    assert not MomentIndex("run.moments", model="any", create=True).exists


def test_after_the_first_failure_it_is_silent(begun: SimilarMoments, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def full(inbox: Inbox, moments: object, model: str) -> None:
        nonlocal calls
        calls += 1
        raise MonitorError("the index of moments cannot be written (No space left on device)")

    monkeypatch.setattr(Inbox, "write", full)
    monkeypatch.setattr(sink_module, "BATCH_MOMENTS", 2)
    first, second, *others = vectors(9)
    begun.write(*seen(first, 0.0))
    with pytest.raises(MonitorError, match=r"No space left on device\); the recording goes on without moments"):
        begun.write(*seen(second, 0.5))
    for number, vector in enumerate(others):
        begun.write(*seen(vector, 1.0 + number))
    begun.close()
    assert calls == 1
    assert begun._waiting == []


def test_a_failure_at_the_end_is_logged_and_the_run_is_over(
    begun: SimilarMoments, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(inbox: Inbox, moments: object, model: str) -> None:
        raise MonitorError("no room")

    begun.write(*seen(vectors(1)[0], 0.0))
    monkeypatch.setattr(Inbox, "write", full)
    begun.close()
    assert "no room; the last 1 moments of this run are missing there" in caplog.text


def test_a_run_does_not_load_lancedb(tmp_path: Path, made_model: Path, set_up: SetUp) -> None:
    """Neither the first, which begins an index, nor the next; both are in it afterwards."""
    source = pictures(tmp_path / "two", 0, 90)
    for _ in range(2):
        result = subprocess.run(
            [sys.executable, "-c", f"{RECORDING}\nprint('lancedb' in sys.modules)", source, str(made_model)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        assert result.stdout.endswith("False\n"), result.stderr
    assert MomentIndex("run.moments").sessions() == {1: 2, 2: 2}


def test_a_model_that_changes_while_a_run_goes_on_ends_its_moments(begun: SimilarMoments) -> None:
    """As `monitor library rebuild` changes it."""
    begun.write(*seen(vectors(1)[0], 0.0))
    begun._written_at -= 10
    begun.write(*seen(vectors(1)[0], 0.5))
    Inbox(Path("run.moments")).model = "another 1 abc"
    begun._written_at -= 10
    with pytest.raises(
        MonitorError, match=r"by the model 'another 1 abc', now it is 'quadrants 1 \w+'.*goes on without"
    ):
        begun.write(*seen(vectors(1)[0], 1.0))
    begun.close()
    assert MomentIndex("run.moments").sessions() == {7: 2}


def test_the_sink_follows_the_analyzer() -> None:
    registration = Plugins().get("sinks", "similar-moments")
    assert registration.follows == "affective-retrieval"
    registration.make({"path": "anywhere"}).close()  # a sink that never began


def test_the_analyzers_vectors_are_those_in_the_index(tmp_path: Path, set_up: SetUp, made_model: Path) -> None:
    record(pictures(tmp_path / "three", 10, 50, 200), set_up())
    analyzer = AffectiveRetrieval(made_model, "onnxruntime")
    for place, hue in enumerate((10, 50, 200)):
        (answer,) = analyzer.analyze([Sample(Frame(quadrants(hue), 0.0, 1, 0, source_name=""))])[0]
        moment = MomentIndex(index_folder(set_up())).near(1, place / 2)
        assert answer.vector is not None
        np.testing.assert_allclose(moment.vector, answer.vector, atol=1e-6)
