"""Single pictures: faces from left to right, and a fault that costs the answer of its own picture only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.engine.recognizer import Picture, Recognizer
from monitor.errors import ConfigError
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Face, Observation, Sample
from monitor.settings import Settings
from tests.conftest import Brightness


class Allergic(Brightness):
    """Fails on bright pictures, and on every batch that has one."""

    name = "allergic"

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        if any(sample.frame.image.mean() > 150 for sample in samples):
            raise ValueError("too bright")
        return super().analyze(samples)


class FacesSeen(Brightness):
    """One observation per face."""

    name = "faces-seen"
    needs_faces = True

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        scores = dict.fromkeys(self.labels, 1 / len(self.labels))
        return [
            [
                Observation(self.name, sample.frame.source, sample.frame.seconds, face.track, scores, box=face.box)
                for face in sample.faces
            ]
            for sample in samples
        ]


class Remembering(Brightness):
    name = "remembering"
    temporal = True


class TwoFaces:
    """Finds a face on the right, then one on the left; none in white pictures, where it fails."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        if image.mean() == 255:
            raise ValueError("blinded")
        return [Face(box=(0.6, 0.1, 0.9, 0.5), score=0.9), Face(box=(0.1, 0.1, 0.4, 0.5), score=0.8)]

    def close(self) -> None:
        pass


def recognizer(plugins: Plugins, *analyzers: type) -> Recognizer:
    for analyzer in analyzers:
        plugins.analyzers[analyzer.name] = Registration("analyzers", analyzer.name, analyzer, "tests")
    plugins.face_detectors["two"] = Registration("face_detectors", "two", TwoFaces, "tests")
    names = [analyzer.name for analyzer in analyzers]
    return Recognizer(Settings(analyzers=names, face_detector="two"), plugins)


@pytest.fixture
def pictures() -> list[Picture]:
    return [Picture(np.full((40, 60, 3), level, np.uint8), f"{level}.png") for level in (0, 100, 200)]


def test_a_picture_that_makes_an_analyzer_fail_spoils_its_own_answer_only(
    plugins: Plugins, pictures: list[Picture]
) -> None:
    dark, grey, bright = recognizer(plugins, Allergic)(pictures)
    assert [len(each.observations) for each in (dark, grey, bright)] == [1, 1, 0]
    assert (dark.faults, grey.faults) == ({}, {})
    assert "too bright" in bright.faults["allergic"]


def test_faces_are_numbered_from_left_to_right(plugins: Plugins, pictures: list[Picture]) -> None:
    seen = recognizer(plugins, FacesSeen)(pictures[:1])[0]
    assert [(face.track, face.box[0]) for face in seen.faces] == [(1, 0.1), (2, 0.6)]
    assert [each.subject for each in seen.observations] == [1, 2]


def test_a_detector_that_fails_leaves_out_what_needs_faces_and_nothing_else(plugins: Plugins) -> None:
    white = Picture(np.full((40, 60, 3), 255, np.uint8))
    (seen,) = recognizer(plugins, FacesSeen, Brightness)([white])
    assert "blinded" in seen.faults["faces"]
    assert [each.analyzer for each in seen.observations] == [Brightness.name]


def test_a_picture_is_shown_to_the_analyzers_that_it_asks_for(plugins: Plugins) -> None:
    ask = recognizer(plugins, FacesSeen, Brightness)
    (seen,) = ask([Picture(np.zeros((40, 60, 3), np.uint8), analyzers=(Brightness.name,))])
    assert [each.analyzer for each in seen.observations] == [Brightness.name]
    assert seen.faces == ()  # nobody asked for them
    assert ask.choose([]) == (FacesSeen.name, Brightness.name)
    with pytest.raises(ConfigError, match="brightnes"):
        ask.choose(["brightnes"])


def test_an_analyzer_that_follows_streams_is_refused(plugins: Plugins) -> None:
    with pytest.raises(ConfigError, match="'remembering' follows a stream over time and cannot judge single pictures"):
        recognizer(plugins, Remembering)
