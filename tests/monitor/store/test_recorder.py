"""What a recorder keeps in memory and what it writes: people, their thumbnails, measures."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from monitor.plugin.contracts import Measure
from monitor.sample import Face, Frame, Observation, Sample
from monitor.shares import REMEMBERED_SECONDS
from monitor.store import Recorder, Store, tables
from monitor.store.events import Event, add_events, events
from monitor.store.frames import measure_frame
from monitor.store.shots import cuts

YAW = Measure("yaw", "degrees", -90.0, 90.0, "How far the head is turned to its left.")
BLINKS = Measure("blinks", "", 0.0, math.inf, "Blinks so far.")
BOX = (0.2, 0.2, 0.8, 0.8)


@pytest.fixture
def noise() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)


def recorder_of(store: Store) -> tuple[Recorder, int]:
    labels = {"faces": ["glad", "sad"], "pose": []}
    recorder = Recorder(
        store,
        name="r",
        every_seconds=1.0,
        window_seconds=5.0,
        labels=labels,
        measures={"faces": (), "pose": (YAW, BLINKS)},
    )
    return recorder, recorder.add_source("door", "live")


def sampled(image: NDArray[np.uint8], number: int, *tracks: int, score: float = 0.5) -> Sample:
    faces = tuple(Face(BOX, score, None, track) for track in tracks)
    return Sample(Frame(image, float(number), 1, number), faces)


def test_a_thumbnail_is_written_once_and_again_only_when_it_is_clearly_better(
    sqlite_store: Store, noise: NDArray[np.uint8]
) -> None:
    recorder, source = recorder_of(sqlite_store)
    written: list[int] = []

    @sa.event.listens_for(sqlite_store.engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("INSERT INTO thumbnails"):
            written.append(len(parameters) if isinstance(parameters, list) else 1)

    qualities = []
    for number, score in enumerate((0.5, 0.5, 0.55, 0.7, 0.4, 0.75)):
        recorder.add_sample(source, sampled(noise, number, 1, score=score), faces_looked_for=True)
        recorder.flush(force=True)
        (row,) = sqlite_store.rows(sa.select(tables.thumbnails.c.quality))
        qualities.append(row["quality"] / qualities[0] if qualities else row["quality"])
    assert sum(written) == 2
    assert qualities[1:] == pytest.approx([1, 1, 1.4, 1.4, 1.4])


def test_people_who_are_gone_are_forgotten_and_go_on_as_they_were_when_they_come_back(
    store: Store, noise: NDArray[np.uint8]
) -> None:
    recorder, source = recorder_of(store)
    for number in range(300):
        recorder.add_sample(source, sampled(noise, number, number + 1), faces_looked_for=True)
        scores = {"glad": 0.25, "sad": 0.75}
        measures = {"yaw": float(number)}
        recorder.add_observations(
            source,
            number,
            [
                Observation("faces", 1, float(number), number + 1, scores),
                Observation("pose", 1, float(number), number + 1, {}, measures=measures),
            ],
        )
        if number % 10 == 9:
            recorder.flush(force=True)
    assert len(recorder._people[source]._people) <= REMEMBERED_SECONDS + 10
    assert len(recorder._books[source]._totals) <= 2 * (REMEMBERED_SECONDS + 10)

    recorder.add_sample(source, sampled(noise, 300, 5, score=0.1), faces_looked_for=True)
    recorder.add_observations(
        source,
        300,
        [
            Observation("faces", 1, 300.0, 5, {"glad": 1.0, "sad": 0.0}),
            Observation("pose", 1, 300.0, 5, {}, measures={"yaw": 10.0, "blinks": 2.0}),
        ],
    )
    recorder.finish("finished")
    session = store.session("r")
    person = store.people(session).set_index("subject").loc[5]
    assert person[["first_seconds", "last_seconds", "samples"]].tolist() == [4.0, 300.0, 2]
    total = store.totals(session, "faces", subjects=[5]).iloc[0]
    assert (total["samples"], total["glad"], total["sad"]) == (2, 1.25, 0.75)
    measures = measure_frame(store.measure_rows(session, "pose"), session, "pose", windows=False)
    measured = measures[measures["subject"] == 5].set_index("measure")
    assert measured.loc["yaw", ["count", "mean", "deviations", "low", "high"]].tolist() == [2, 7.0, 18.0, 4.0, 10.0]
    assert measured.loc["blinks", ["count", "mean", "deviations", "low", "high"]].tolist() == [1, 2.0, 0.0, 2.0, 2.0]


def test_measures_are_declared_with_the_session_and_kept_with_windows_and_observations(
    store: Store, noise: NDArray[np.uint8]
) -> None:
    recorder, source = recorder_of(store)
    values = np.random.default_rng(3).normal(0, 20, 12)
    for number, value in enumerate(values):
        recorder.add_sample(source, sampled(noise, number), faces_looked_for=False)
        measures = {"yaw": value} if number != 6 else {}
        recorder.add_observations(
            source, number, [Observation("pose", 1, float(number), None, {}, None, 1, measures=measures)]
        )
        recorder.flush(force=True)
    recorder.set_stages_ms({"decode": 1.23456, "pose": 2.0})
    recorder.finish("finished")
    session = store.session("r")
    assert session.labels == {"faces": ["glad", "sad"], "pose": []}
    assert session.measures == {"pose": [YAW, BLINKS]}
    assert session.stages_ms == {"decode": 1.235, "pose": 2.0}

    raw = store.observations(session)
    assert list(raw)[-4:] == ["glad", "sad", "yaw", "blinks"]
    expected = values.copy()
    expected[6] = np.nan
    assert np.allclose(raw["yaw"], expected, equal_nan=True, rtol=1e-8)
    assert raw[["glad", "sad", "blinks"]].isna().all(axis=None)

    windows = store.measure_windows(session, "pose", source_id=source, start_seconds=5.0, end_seconds=10.0)
    assert windows[["subject", "start_seconds", "end_seconds", "samples", "measure"]].values.tolist() == [
        [0, 5.0, 10.0, 5, "yaw"]
    ]
    inside = expected[5:10][~np.isnan(expected[5:10])]
    assert windows["count"].tolist() == [4]
    assert windows["mean"].tolist() == pytest.approx([inside.mean()])
    assert windows["deviations"].tolist() == pytest.approx([4 * inside.var()])
    assert store.windows(session, "pose")["samples"].tolist() == [5, 5, 2]
    both = store.seen_windows(session, ["faces", "pose"], source_id=source, start_seconds=5.0)["pose"]
    pd.testing.assert_frame_equal(both[0], store.windows(session, "pose", source_id=source, start_seconds=5.0))
    pd.testing.assert_frame_equal(both[1], store.measure_windows(session, "pose", source_id=source, start_seconds=5.0))
    assert store.measure_windows(session, "faces").empty
    assert list(store.measure_windows(session, "faces")) == list(windows)


def test_a_measure_that_is_named_like_something_else_has_a_column_of_its_own(store: Store) -> None:
    left = Measure("left", "", 0, 1, "A side.")
    glad = Measure("glad", "", 0, 1, "A number.")
    recorder = Recorder(
        store,
        name="r",
        every_seconds=1.0,
        window_seconds=5.0,
        labels={"faces": ["glad", "sad"], "pose": []},
        measures={"pose": [left, glad]},
    )
    source = recorder.add_source("door", "live")
    recorder.add_observations(
        source,
        0,
        [
            Observation("faces", 1, 0.0, 1, {"glad": 0.25, "sad": 0.75}, (0.5, 0.5, 0.6, 0.6)),
            Observation("pose", 1, 0.0, 1, {}, (0.5, 0.5, 0.6, 0.6), measures={"left": 0.125, "glad": 0.5}),
        ],
    )
    recorder.finish("finished")
    raw = store.observations(store.session("r"))
    assert list(raw)[-4:] == ["glad", "sad", "measure_left", "measure_glad"]
    assert raw["left"].tolist() == [0.5, 0.5]
    assert raw["measure_left"].tolist()[1] == 0.125
    assert raw["measure_glad"].tolist()[1] == 0.5


def test_cuts_become_events_of_the_machine_on_a_tier_of_their_own(
    sqlite_store: Store, noise: NDArray[np.uint8]
) -> None:
    recorder, source = recorder_of(sqlite_store)
    for number, shot_start in enumerate((0.0, 0.0, 1.25, 1.25, 3.5)):
        frame = Frame(noise, float(number), 1, number, shot_start_seconds=shot_start)
        recorder.add_sample(source, Sample(frame), faces_looked_for=False)
    recorder.update_source(source, seconds=4.0)
    recorder.finish("finished")
    session = recorder.session_id
    add_events(sqlite_store, [Event(session, "moment", 2.0, label="laughter")])
    found = [event for event in events(sqlite_store, session) if event.author == "machine"]
    assert [(event.start_seconds, event.kind, event.tier, event.label) for event in found] == [
        (1.25, "moment", "shots", "cut"),
        (3.5, "moment", "shots", "cut"),
    ]
    assert cuts(sqlite_store, session, source, (0.0, 3.0)) == [1.25]
    assert cuts(sqlite_store, session, source + 1, (0.0, 9.0)) == []
