"""A run that takes what others found in pieces of a recording gives what it would have given alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitor.engine.findings import Findings, Found
from monitor.engine.look import look
from monitor.engine.models import Models
from monitor.engine.run import Run
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Face, Frame, Observation, Sample
from monitor.settings import Settings, load_settings
from monitor.sources import open_source
from tests.conftest import make_clip
from tests.monitor.engine.two_faces import Corners, Follower, Shade, tables

SECONDS = 12
Pieces = Sequence[tuple[float, float | None]]


class Taken:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.vectors: list[tuple[float, int | None, list[float]]] = []

    def begin(self, session_id: int, settings: Settings) -> None:
        pass

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        rows = [(each.seconds, each.subject, each.vector) for each in observations if each.vector is not None]
        self.vectors += [(seconds, subject, vector.tolist()) for seconds, subject, vector in rows]

    def close(self) -> None:
        pass


@pytest.fixture
def installed(plugins: Plugins) -> Plugins:
    plugins.analyzers["shade"] = Registration("analyzers", "shade", Shade, "tests")
    plugins.face_detectors["corners"] = Registration("face_detectors", "corners", Corners, "tests")
    return plugins


def settings(store: str, detector: str = "corners") -> Settings:
    return load_settings(analyzers=["shade", "brightness"], face_detector=detector, store=store, batch_size=3)


def texts(recording: str, plugins: Plugins, given: Settings, pieces: Pieces) -> Iterator[str]:
    with closing(Models(given, plugins)) as models:
        for start, until in pieces:
            source = open_source(recording, every_seconds=given.every_seconds, start_seconds=start, until_seconds=until)
            yield from [found.text() for found in look(source, models, given.batch_size)]


@pytest.mark.parametrize(
    ("pieces", "left"), [(((0.0, 4.5), (4.5, 9.0), (9.0, None)), 0), (((0.0, 3.0), (9.0, None)), 12)]
)
def test_one_run_over_pieces_equals_one_without_and_looks_only_at_what_nobody_has(
    tmp_path: Path, installed: Plugins, pieces: Pieces, left: int
) -> None:
    recording = str(make_clip(tmp_path / "recording.mp4", SECONDS))
    alone, joined = Taken(), Taken()
    Run([recording], settings("whole.db"), installed, sinks={"taken": alone})()
    found = [Found.of_text(line) for line in texts(recording, installed, settings("unused.db"), pieces)]
    Corners.asked = Shade.asked = 0
    Run([recording], settings("parts.db"), installed, findings=Findings(found), sinks={"taken": joined})()
    assert (Corners.asked, Shade.asked) == (left, left)
    whole, parts = tables("whole.db"), tables("parts.db")
    assert set(whole["observations"].subject.dropna()) == {1, 2}
    for name, table in whole.items():
        pd.testing.assert_frame_equal(parts[name], table, obj=name)
    assert joined.vectors == alone.vectors


def test_faces_that_are_followed_across_a_seam_are_those_of_one_piece(tmp_path: Path, installed: Plugins) -> None:
    installed.face_detectors["follower"] = Registration("face_detectors", "follower", Follower, "tests")
    recording = str(make_clip(tmp_path / "recording.mp4", 4 * SECONDS))  # that changes slowly
    Follower.followed = 0
    Run([recording], settings("whole.db", "follower"), installed)()
    whole, followed = tables("whole.db"), Follower.followed
    assert followed > 4 * SECONDS
    seams: Pieces = ((0.0, 13.0), (13.0, 31.5), (31.5, None))
    found = [Found.of_text(line) for line in texts(recording, installed, settings("unused.db", "follower"), seams)]
    Follower.followed = Corners.asked = 0
    Run([recording], settings("parts.db", "follower"), installed, findings=Findings(found))()
    assert Follower.followed + Corners.asked < followed / 4  # only up to five seconds after each seam
    for name, table in whole.items():
        pd.testing.assert_frame_equal(tables("parts.db")[name], table, obj=name)


def test_text_brings_every_number_back() -> None:
    mesh = np.random.default_rng(1).random((478, 3), np.float32)
    seen = Observation("a", 1, 1 / 3, 1, {"x": 0.1, "y": 0.9}, (0.1, 0.2, 0.3, 1 / 3), 0.7, {"m": 1e-9})
    found = Found(1 / 3, (Face((0.1, 0.2, 0.3, 1 / 3), 0.7, mesh, 1),), {"a": (seen,), "nothing": ()}, followed=True)
    again = Found.of_text(found.text())
    assert again.followed
    assert again.faces is not None
    assert again.faces[0].mesh is not None
    np.testing.assert_array_equal(again.faces[0].mesh, mesh)
    assert again.faces[0].box == (0.1, 0.2, 0.3, 1 / 3)
    assert again.answers == {"a": (seen,), "nothing": ()}


def test_what_failed_is_not_known() -> None:
    sample = Sample(Frame(np.zeros((4, 4, 3), np.uint8), 2.0, 7, 4), (Face((0, 0, 1, 1), 1.0, track=5),))
    found = Found(2.0, sample.faces, {"a": (Observation("a", 1, 2.0, 1), Observation("a", 1, 2.0, None))})
    assert found.observations("b", sample) is None
    assert found.observations("a", sample) == [Observation("a", 7, 2.0, 5), Observation("a", 7, 2.0, None)]


def test_findings_are_of_exactly_that_time_and_may_overlap() -> None:
    findings = Findings(Found(seconds, None, {}) for seconds in (0.0, 0.5, 0.5, 1.0))
    assert [findings.at(seconds) is not None for seconds in (0.0, 0.5, 0.75, 1.0, 1.5)] == [
        True,
        True,
        False,
        True,
        False,
    ]
