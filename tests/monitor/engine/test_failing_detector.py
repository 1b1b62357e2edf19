"""A face detector that fails: now and then, always, and before it has begun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.engine.run import Run, Summary
from monitor.errors import AnalyzerError, MonitorError
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Face, Observation, Sample
from monitor.settings import load_settings
from monitor.store import Session, Store


class Detector:
    """Finds one face in the middle of every picture, but fails at the calls that it is told to."""

    def __init__(self, fails: Callable[[int], bool]) -> None:
        self._fails = fails
        self.calls = 0
        self.closed = False

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        self.calls += 1
        if self._fails(self.calls):
            raise RuntimeError("the lens is dirty")
        return [Face((0.4, 0.4, 0.6, 0.6), 0.9)]

    def close(self) -> None:
        self.closed = True


class Calm:
    """Every face is calm."""

    name = "calm"
    labels = ("calm", "upset")
    needs_faces = True

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        scores = {"calm": 0.75, "upset": 0.25}
        return [
            [
                Observation(self.name, sample.frame.source, sample.frame.seconds, face.track, scores, face.box)
                for face in sample.faces
            ]
            for sample in samples
        ]

    def close(self) -> None:
        pass


def analyse(clip: Path, plugins: Plugins, make_detector: Callable[[], Detector], **overrides: object) -> Summary:
    plugins.analyzers["calm"] = Registration("analyzers", "calm", Calm, "tests")
    plugins.face_detectors["tests"] = Registration("face_detectors", "tests", make_detector, "tests")
    settings = load_settings(analyzers=["calm"], face_detector="tests", store="test.db", **overrides)
    return Run([str(clip)], settings, plugins)()


def latest(store: Store) -> Session:
    return store.session("latest")


def test_a_detector_that_fails_now_and_then_loses_those_samples_only(clip: Path, plugins: Plugins) -> None:
    detector = Detector(lambda call: call in (3, 6))
    summary = analyse(clip, plugins, lambda: detector)
    assert summary.state == "finished"
    with Store("test.db") as store:
        session = latest(store)
        assert len(store.samples(session)) == 8
        assert store.observations(session).seconds.tolist() == [0.0, 0.5, 1.5, 2.0, 3.0, 3.5]
        faults = store.faults(session)
        assert faults[["seconds", "analyzer", "samples"]].values.tolist() == [[1.0, "faces", 1], [2.5, "faces", 1]]
        assert set(faults.message) == {"RuntimeError: the lens is dirty"}
    assert detector.closed


def test_a_detector_that_fails_always_ends_the_run_and_keeps_what_was_stored(clip: Path, plugins: Plugins) -> None:
    detector = Detector(lambda call: call > 4)
    with pytest.raises(AnalyzerError, match=r"faces failed 3 times in a row.*the lens is dirty"):
        analyse(clip, plugins, lambda: detector, faults_in_a_row=3, batch_size=1)
    assert detector.closed
    with Store("test.db") as store:
        session = latest(store)
        assert session.state == "failed"
        assert "the lens is dirty" in (session.error or "")
        assert len(store.observations(session)) == 4


def test_a_detector_that_cannot_be_made_leaves_no_session(clip: Path, plugins: Plugins) -> None:
    def make() -> Detector:
        raise MonitorError("the camera model file is missing")

    with pytest.raises(MonitorError, match="model file is missing"):
        analyse(clip, plugins, make)
    with Store("test.db") as store:
        assert store.sessions() == []
