"""Analyzers that judge how well faces are seen run beside others, and are not stored unless they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.engine.run import Run
from monitor.plugin.contracts import Measure
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Face, Observation, Sample
from monitor.settings import load_settings
from monitor.store import Store
from tests.conftest import make_clip

BOX = (0.1, 0.1, 0.9, 0.9)


class OneFace:
    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        return [Face(BOX, 0.9)]

    def close(self) -> None:
        pass


class Mood:
    name = "mood"
    labels = ("glad", "sad")
    needs_faces = True

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        return [[self._of(sample, face) for face in sample.faces] for sample in samples]

    def _of(self, sample: Sample, face: Face) -> Observation:
        late = sample.frame.seconds >= 1
        scores = {"glad": float(late), "sad": float(not late)}
        return Observation(self.name, sample.frame.source, sample.frame.seconds, face.track, scores, face.box)

    def close(self) -> None:
        pass


class Judge(Mood):
    """Sees faces turned away from 1 s on."""

    name = "judge"
    labels = ()
    measures = (Measure("head_yaw", "degrees", -180, 180, "Turn."),)

    def _of(self, sample: Sample, face: Face) -> Observation:
        turn = {"head_yaw": 70.0 if sample.frame.seconds >= 1 else 0.0}
        return Observation(self.name, sample.frame.source, sample.frame.seconds, face.track, box=BOX, measures=turn)


@pytest.fixture
def judging(plugins: Plugins) -> Plugins:
    plugins.face_detectors["one"] = Registration("face_detectors", "one", OneFace, "tests")
    plugins.analyzers.clear()
    plugins.analyzers["mood"] = Registration("analyzers", "mood", Mood, "tests")
    plugins.analyzers["judge"] = Registration("analyzers", "judge", Judge, "tests", judges=True)
    return plugins


def shares(plugins: Plugins, analyzers: str, clip: Path, **settings: object) -> tuple[dict[str, float], list[str]]:
    read = load_settings(analyzers=analyzers, store="test.db", face_detector="one", **settings)
    summary = Run([str(clip)], read, plugins)()
    with Store("test.db") as store:
        return summary.sources[0]["shares"]["mood"]["all"], store.session(summary.session).analyzers


def test_faces_outside_of_the_gate_do_not_count_and_the_judge_is_not_stored(judging: Plugins, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 2)
    assert shares(judging, "mood", clip) == ({"glad": 0.0, "sad": 1.0}, ["mood"])
    assert shares(judging, "mood,judge", clip) == ({"glad": 0.0, "sad": 1.0}, ["mood", "judge"])
    open_gate = {"most_yaw": 180}
    assert shares(judging, "mood", clip, quality=open_gate)[0] == {"glad": 0.5, "sad": 0.5}
    assert shares(judging, "mood", clip, shown={"all_samples": True})[0] == {"glad": 0.5, "sad": 0.5}


def test_without_a_judge_everything_counts(judging: Plugins, tmp_path: Path) -> None:
    del judging.analyzers["judge"]
    assert shares(judging, "mood", make_clip(tmp_path / "clip.mp4", 2))[0] == {"glad": 0.5, "sad": 0.5}
