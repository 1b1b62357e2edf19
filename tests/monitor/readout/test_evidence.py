"""Which kind of evidence an analyzer gives, and its lane on the common timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitor.readout.evidence import FACES, SCENE, Evidence, gathered, kinds_of_evidence, length
from monitor.readout.shown import Shown
from monitor.sample import Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from tests.made_up_session import LABELS, MadeUpSession


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    with Store(tmp_path_factory.mktemp("store") / "made-up.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(65)
        yield store, made_up.end()


def of_source(recorded: tuple[Store, Session], number: int, start_seconds: float = 0.0) -> list[Evidence]:
    store, session = recorded
    source = store.sources(session.id)[number]
    backwards = reversed(session.analyzers)
    return gathered(store, Shown(store), session, source, backwards, start_seconds)


@pytest.mark.parametrize("labels", [["neutral", "happiness"], ["positive", "negative"]])
@pytest.mark.parametrize(("subjects", "kind"), [((1, 2), FACES), ((None,), SCENE), ((None, 3), FACES)])
def test_whom_observations_are_of_tells_the_kind_whatever_the_labels(
    tmp_path: Path, labels: list[str], subjects: tuple[int | None, ...], kind: str
) -> None:
    with Store(tmp_path / "kinds.db", create=True) as store:
        recorder = Recorder(store, name="k", every_seconds=1, window_seconds=5, labels={"seen": labels})
        source = recorder.add_source("clip.mp4", "file")
        scores = dict.fromkeys(labels, 0.5)
        for subject in subjects:
            recorder.add_observations(source, 0, [Observation("seen", 1, 0.0, subject, scores)])
        assert kinds_of_evidence(store, store.session("k")) == {
            "seen": FACES if "neutral" in labels else ""
        }  # nothing yet
        recorder.finish("finished")
        assert kinds_of_evidence(store, store.session("k")) == {"seen": kind}


def test_faces_come_first_whatever_the_order_of_the_analyzers(recorded: tuple[Store, Session]) -> None:
    found = of_source(recorded, 0)
    assert [own.kind for own in found] == [FACES, SCENE]
    assert [own.title for own in found] == ["<b>Faces</b> · face-fusion", "<b>Scene</b> · scene-sentiment"]
    assert [tuple(own.labels) for own in found] == list(LABELS.values())
    store, session = recorded
    for own in found:
        expected = Shown(store).windows(session, own.analyzer, source_id=store.sources(session.id)[0].id)
        pd.testing.assert_frame_equal(own.windows, expected)


def test_an_analyzer_of_faces_is_one_while_nobody_is_there(recorded: tuple[Store, Session]) -> None:
    faces, scene = of_source(recorded, 0, start_seconds=1000.0)
    assert faces.windows.empty
    assert (faces.kind, faces.absence) == (FACES, "nobody seen")
    assert (scene.kind, scene.absence) == (SCENE, "nothing observed")


def test_lanes_of_all_analyzers_cover_the_same_stretches_however_many_are_merged(
    recorded: tuple[Store, Session],
) -> None:
    for most, stretch in ((500, 5.0), (7, 10.0), (2, 35.0)):
        faces, scene = (own.lane((0.0, 65.0), most=most) for own in of_source(recorded, 0))
        assert (scene.rows["end_seconds"] - scene.rows["start_seconds"]).unique().tolist() == [stretch]
        assert set(faces.rows["start_seconds"]) <= set(scene.rows["start_seconds"])
        assert len(scene.rows) == np.ceil(65 / stretch)
        assert scene.rows["samples"].sum() == 130


def test_a_part_keeps_its_kind(recorded: tuple[Store, Session]) -> None:
    faces = of_source(recorded, 0)[0].within(41.0, 44.0)  # person 1 is away, person 2 is there
    assert faces.windows["subject"].tolist() == [2]
    assert of_source(recorded, 1)[0].within(32.0, 40.0).kind == FACES  # the camera is gone


def test_a_timeline_ends_with_the_last_window_or_sample(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    source = store.sources(session.id)[0]
    assert source.seconds == 64.5
    assert length(session, source, of_source(recorded, 0)) == 65.0
    assert length(session, source, []) == 64.5
    longer = [replace(each, windows=each.windows.assign(end_seconds=70.0)) for each in of_source(recorded, 0)]
    assert length(session, source, longer) == 65.0  # such a window has no sample at its end


def test_an_analyzer_that_said_nothing_has_an_empty_lane(store_of_silence: tuple[Store, Session]) -> None:
    store, session = store_of_silence
    found = gathered(store, Shown(store), session, store.sources(session.id)[0], session.analyzers)
    assert [(own.title, own.absence, len(own.lane((0.0, 5.0)).rows)) for own in found] == [
        ("<b>Faces</b> · face-fusion", "nobody seen", 0),
        ("<b>mood</b>", "nothing observed", 0),
        ("<b>Scene</b> · &amp;", "nothing observed", 1),
    ]


@pytest.fixture
def store_of_silence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    """A picture without people, of which two analyzers say nothing and one whose name is a sign of HTML does."""
    with Store(tmp_path_factory.mktemp("store") / "silence.db", create=True) as store:
        labels = {"face-fusion": ["neutral", "happiness"], "&": ["glad", "sad"], "mood": ["up", "down"]}
        recorder = Recorder(store, name="s", every_seconds=1, window_seconds=5, labels=labels)
        source = recorder.add_source("sea.mp4", "file")
        frame = Frame(np.zeros((2, 2, 3), np.uint8), 0.0, 1, 0, source_name="sea.mp4")
        recorder.add_sample(source, Sample(frame), faces_looked_for=True)
        recorder.add_observations(source, 0, [Observation("&", 1, 0.0, None, {"glad": 0.5, "sad": 0.5})])
        recorder.finish("finished")
        yield store, store.session("latest")
