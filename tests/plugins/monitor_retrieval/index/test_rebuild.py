from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import MonitorError
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_retrieval.index.location import model_identity
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.index.novelty import Novelty
from monitor_retrieval.index.rebuild import rebuild
from monitor_retrieval.moment import LIBRARY, Moment
from tests.plugins.monitor_retrieval.conftest import by_hand, quadrants


def everything(index: MomentIndex) -> list[Moment]:
    return [moment for batch in index.all(10) for moment in batch]


@pytest.fixture
def other(other_model: Path) -> AffectiveRetrieval:
    return AffectiveRetrieval(other_model, "onnxruntime")


def test_vectors_are_those_of_the_thumbnails_and_all_else_stays(
    made_index: MomentIndex, other: AffectiveRetrieval
) -> None:
    before, parts = everything(made_index), []
    assert rebuild(made_index.folder, other, parts.append) == 44
    index = MomentIndex(made_index.folder, model=model_identity(other.artifact))
    assert index.labels == made_index.labels
    after = everything(index)
    for was, now in zip(before, after, strict=True):
        for name in ("session", "source", "seconds", "file", "thumbnail"):
            assert getattr(now, name) == getattr(was, name)
        assert now.vector.shape == (24,)
    for hue, moment in zip(range(0, 360, 15), [each for each in after if each.session == 1], strict=True):
        probabilities, vector = by_hand(quadrants(hue))
        assert moment.vector == pytest.approx(np.tile(vector, 2) / np.sqrt(2), abs=0.03)  # JPEG changes colours a bit
        assert list(moment.scores.values()) == pytest.approx(probabilities.tolist(), abs=0.1)
    assert (parts[-1], parts) == (1.0, sorted(parts))
    assert not (index.folder / "rebuilding").exists()


def test_novelty_is_computed_anew_for_every_source(made_index: MomentIndex, other: AffectiveRetrieval) -> None:
    rebuild(made_index.folder, other)
    after = everything(made_index)
    for session in (1, 2):
        new = Novelty()
        found = [moment for moment in after if moment.session == session]
        for moment in found:
            expected = new(moment.vector, moment.seconds)
            assert (moment.novelty is None) == (expected is None)
            assert expected is None or moment.novelty == pytest.approx(expected, abs=1e-6)
    assert {moment.novelty for moment in after if moment.session == LIBRARY} == {None}


def test_the_same_model_gives_about_the_same_vectors(made_index: MomentIndex, made_model: Path) -> None:
    before = everything(made_index)
    rebuild(made_index.folder, AffectiveRetrieval(made_model, "onnxruntime"))
    for was, now in zip(before, everything(made_index), strict=True):
        assert float(was.vector @ now.vector) > 0.999


class Refusing:
    """Looks at one batch, then fails."""

    def __init__(self, analyzer: AffectiveRetrieval, error: BaseException) -> None:
        self.artifact, self._analyzer, self._error, self._calls = analyzer.artifact, analyzer, error, 0

    def analyze(self, samples: object) -> object:
        self._calls += 1
        if self._calls > 1:
            raise self._error
        return self._analyzer.analyze(samples)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MonitorError("out of memory")])
def test_nothing_is_lost_when_it_is_interrupted(
    made_index: MomentIndex, other: AffectiveRetrieval, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor_retrieval.index.rebuild.BATCH", 10)
    before, model = everything(made_index), made_index.model
    with pytest.raises(type(error)):
        rebuild(made_index.folder, Refusing(other, error))  # type: ignore[arg-type]
    assert made_index.model == model
    assert [moment.vector.tolist() for moment in everything(made_index)] == [each.vector.tolist() for each in before]
    rebuild(made_index.folder, other)  # and it can be done again
    assert made_index.sessions() == {1: 24, 2: 12}


REBUILDING = """
import sys
from monitor_retrieval.index import rebuild
from monitor_retrieval.analyzer import AffectiveRetrieval

rebuild.BATCH = 4
analyzer = AffectiveRetrieval(sys.argv[2], "onnxruntime")
rebuild.rebuild(sys.argv[1], analyzer, lambda part: print(part, flush=True))
"""


def test_nothing_is_lost_when_it_is_killed(
    made_index: MomentIndex, other_model: Path, other: AffectiveRetrieval
) -> None:
    model = made_index.model
    process = subprocess.Popen(
        [sys.executable, "-c", REBUILDING, str(made_index.folder), str(other_model)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if float(line) > 0.4:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.read()
    assert process.wait() == -signal.SIGKILL
    assert (made_index.model, made_index.sessions()) in [
        (model, {1: 24, 2: 12}),
        (model_identity(other.artifact), {1: 24, 2: 12}),  # it was that quick
    ]
    assert rebuild(made_index.folder, other) == 44
    assert not (made_index.folder / "rebuilding").exists()


def test_what_a_run_records_meanwhile_is_not_lost(made_index: MomentIndex, other: AffectiveRetrieval) -> None:
    late = replace(everything(made_index)[-1], session=3)
    with pytest.raises(MonitorError, match=r"another process wrote into .* meanwhile; nothing was changed"):
        rebuild(made_index.folder, other, lambda part: made_index.append([late]))
    assert made_index.sessions() == {1: 24, 2: 12, 3: 3}  # one append for each of three batches


def test_a_run_that_goes_on_does_not_mix_its_vectors_in(made_index: MomentIndex, other: AffectiveRetrieval) -> None:
    late = replace(everything(made_index)[-1], session=3)
    running = MomentIndex(made_index.folder, model=made_index.model, create=True)
    rebuild(made_index.folder, other)
    with pytest.raises(MonitorError, match="now it is 'quadrants 1"):
        running.append([late])


def test_a_damaged_thumbnail_is_named(made_index: MomentIndex, other: AffectiveRetrieval) -> None:
    made_index.append([replace(everything(made_index)[-1], session=3, seconds=1.0, thumbnail=b"no picture")])
    with pytest.raises(MonitorError, match=r"thumbnail of Moment\(session 3, evening.mp4 at 1.000 s\) is damaged"):
        rebuild(made_index.folder, other)
    assert made_index.sessions() == {1: 24, 2: 12, 3: 1}


def test_moments_without_pictures_are_named_with_what_to_do(made_index: MomentIndex, other: AffectiveRetrieval) -> None:
    made_index.append([replace(everything(made_index)[-1], session=3, seconds=1.0, thumbnail=b"")])
    words = r"Moment\(session 3, evening.mp4 at 1.000 s\) was recorded without pictures, .* delete session 3"
    with pytest.raises(MonitorError, match=words):
        rebuild(made_index.folder, other)
    assert made_index.sessions() == {1: 24, 2: 12, 3: 1}


def test_an_index_that_was_emptied_takes_the_new_model(made_index: MomentIndex, other: AffectiveRetrieval) -> None:
    for session in (1, 2):
        made_index.remove(session=session)
    made_index.remove(library="wheel")
    assert rebuild(made_index.folder, other) == 0
    index = MomentIndex(made_index.folder, model=model_identity(other.artifact), create=True)
    assert len(index) == 0
