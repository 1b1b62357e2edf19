"""An analyzer that misbehaves costs its own observations, is named with what it did, and nothing else suffers."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.engine.run import Run
from monitor.errors import AnalyzerError
from monitor.plugin.answers import checked
from monitor.plugin.declaration import declaration
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Face, Frame, Sample
from monitor.settings import Settings, load_settings
from monitor.store import Store
from monitor.testing import check_analyzer
from tests.conftest import make_clip
from tests.monitor.plugin.misbehaving import ANSWERS, DECLARATIONS, Behaving

SAMPLE = Sample(Frame(np.zeros((8, 8, 3), np.uint8), 0.0, 1, 0))


def beside_another(plugins: Plugins, factory: type) -> Plugins:
    plugins.analyzers["misbehaving"] = Registration("analyzers", "misbehaving", factory, "tests")
    return plugins


def both(store: str = "test.db", **overrides: object) -> Settings:
    return load_settings(analyzers=["misbehaving", "brightness"], store=store, **overrides)


def test_one_that_behaves_passes_the_check() -> None:
    check_analyzer(Behaving())


@pytest.mark.parametrize(("factory", "message"), DECLARATIONS.values(), ids=list(DECLARATIONS))
def test_a_declaration_that_is_wrong_is_named_by_the_check(factory: type, message: str) -> None:
    with pytest.raises(AnalyzerError) as caught:
        check_analyzer(factory())
    assert message in str(caught.value)
    assert str(caught.value).startswith("misbehaving: ")


@pytest.mark.parametrize("kind", ["no needs_faces", "labels in a list", "property that raises"])
def test_a_declaration_that_is_wrong_ends_a_run_before_it_begins_with_the_same_sentence(
    clip: Path, plugins: Plugins, kind: str
) -> None:
    factory, message = DECLARATIONS[kind]
    with pytest.raises(AnalyzerError) as caught:
        Run([str(clip)], both(), beside_another(plugins, factory))
    assert message in str(caught.value)
    with Store("test.db") as store:
        assert store.sessions() == []


@pytest.fixture
def ctrl_c_is_handled() -> Iterator[None]:
    """As in `monitor run`, where Ctrl-C raises nothing the first time."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three samples long; the store of all runs lies beside it."""
    return make_clip(tmp_path_factory.mktemp("clips") / "short.mp4", 1.5)


@pytest.mark.usefixtures("ctrl_c_is_handled")
@pytest.mark.parametrize(("factory", "message"), ANSWERS.values(), ids=list(ANSWERS))
def test_an_answer_that_is_wrong_costs_the_analyzer_its_observations_and_nothing_else(
    short_clip: Path, plugins: Plugins, factory: type, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AnalyzerError) as caught:
        check_analyzer(factory())
    rule = message.partition(" 1 lists")[0].partition(", not")[0]  # the check asks about batches of other sizes
    assert rule in str(caught.value)
    path = str(short_clip.with_name("test.db"))
    with caplog.at_level(logging.CRITICAL):
        settings = both(path, batch_size=1, faults_in_a_row=3)
        summary = Run([str(short_clip)], settings, beside_another(plugins, factory))()
    assert summary.state == "finished"
    assert summary.sources[0]["switched_off"].keys() == {"misbehaving"}
    with Store(path) as store:
        session = store.session(summary.session)
        assert session.state == "finished"
        assert set(store.observations(session).analyzer) == {"brightness"}
        assert len(store.observations(session)) == 3
        faults = store.faults(session)
        assert set(faults.analyzer) == {"misbehaving"}
        assert message in faults.message[0]
        assert store.totals(session, "misbehaving").empty


def test_numbers_of_numpy_are_taken_as_plain_numbers() -> None:
    class Numpy(Behaving):
        needs_faces = True

    face = Face((0.1, 0.1, 0.5, 0.5), 0.9, None, 3)
    sample = Sample(SAMPLE.frame, (face,))
    seen = Behaving().observe(sample)
    answer = replace(
        seen,
        source=np.int64(1),
        seconds=np.float64(0.0),
        subject=np.int32(3),
        scores={"upset": np.float32(0.25), "calm": np.float32(0.75)},
        box=np.array([0.1, 0.1, 0.5, 1.0000001]),
        confidence=np.float16(0.5),
        measures={"warmth": np.float32(20)},
    )
    [[plain]] = checked(declaration(Numpy()), [sample], [[answer]])
    assert (plain.source, plain.seconds, plain.subject, plain.confidence) == (1, 0.0, 3, 0.5)
    assert list(plain.scores.items()) == [("calm", 0.75), ("upset", 0.25)]
    assert plain.box == (0.1, 0.1, 0.5, 1.0)
    assert plain.measures == {"warmth": 20.0}
    values = [
        plain.source,
        plain.subject,
        *plain.scores.values(),
        *plain.box,
        plain.confidence,
        plain.measures["warmth"],
    ]
    assert {type(value) for value in values} == {int, float}


def test_a_measure_without_a_value_is_left_out() -> None:
    seen = replace(Behaving().observe(SAMPLE), measures={"warmth": None})
    [[plain]] = checked(declaration(Behaving()), [SAMPLE], [[seen]])
    assert plain.measures == {}
