"""Faces outside of the quality gate are kept and do not count, whatever reads the session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitor.plugin.contracts import Measure
from monitor.quality import Gate
from monitor.readout import evidence, export, short_windows
from monitor.readout.shown import Shown
from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.store.changes import Cursor, changes
from monitor.store.run_summary import shares_of
from monitor.store.unfinished import Unfinished, unfinished

LABELS = ["glad", "sad"]
BOX = (0.1, 0.1, 0.9, 0.9)
GATE = Gate(smallest_face=30, most_yaw=40, least_sharpness=0.1)
SHARPNESS = Measure("sharpness", "", 0, 10, "How sharp.")
GOOD, SMALL, TURNED, BLURRED = (
    {"face_height": 60.0, "head_yaw": -10.0, "sharpness": 0.3},
    {"face_height": 20.0, "head_yaw": 0.0, "sharpness": 0.3},
    {"face_height": 60.0, "head_yaw": -60.0, "sharpness": 0.3},
    {"face_height": 60.0, "sharpness": 0.01},
)


@pytest.mark.parametrize(("measures", "inside"), [(GOOD, 1), (SMALL, 0), (TURNED, 0), (BLURRED, 0), ({}, 1)])
def test_the_gate_lets_in_what_is_seen_well_or_not_known(measures: dict[str, float], inside: int) -> None:
    assert GATE.lets_in(measures) == bool(inside)
    assert Gate().lets_in(measures)


def observed(number: int) -> list[Observation]:
    """A glad face that is seen well in every other sample, where it is sad; a second one is always seen well."""
    seconds, well = number * 0.5, number % 2 == 0
    scores = {"glad": 0.25, "sad": 0.75} if well else {"glad": 1.0, "sad": 0.0}
    return [
        Observation("mood", 1, seconds, 1, scores, BOX),
        Observation("mood", 1, seconds, 2, {"glad": 0.5, "sad": 0.5}, BOX),
        Observation("judge", 1, seconds, 1, box=BOX, measures=GOOD if well else TURNED),
        Observation("judge", 1, seconds, 2, box=BOX, measures=GOOD),
    ]


def test_what_is_added_comes_back_with_whether_it_counts(store: Store) -> None:
    recorder, source = begun(store)
    added = [recorder.add_observations(source, number, observed(number)) for number in (0, 1)]
    assert [[seen.subject for seen in back if not seen.counts] for back in added] == [[], [1, 1]]
    assert [[replace(seen, counts=True) for seen in back] for back in added] == [observed(0), observed(1)]


def record(recorder: Recorder, source: int, numbers: range) -> None:
    for number in numbers:
        faces = tuple(Face(BOX, 0.9, track=track) for track in (1, 2))
        sample = Sample(Frame(np.zeros((8, 8, 3), np.uint8), number * 0.5, 1, number), faces)
        recorder.add_sample(source, sample, faces_looked_for=True)
        recorder.add_observations(source, number, observed(number))
    recorder.update_source(source, seconds=0.5 * numbers[-1], frames_sampled=numbers[-1] + 1, frames_dropped={})


def begun(store: Store, rest: Unfinished | None = None) -> tuple[Recorder, int]:
    recorder = Recorder(
        store,
        name="gated",
        every_seconds=0.5,
        window_seconds=5.0,
        labels={"mood": LABELS},
        gate=GATE,
        judges=["judge"],
        unfinished=rest,
    )
    return recorder, recorder.add_source("gated.mp4", "file", 300.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "gated.db", create=True) as store:
        yield store


@pytest.fixture
def session(store: Store) -> Session:
    """Sixty samples."""
    recorder, source = begun(store)
    record(recorder, source, range(60))
    recorder.update_source(source, state="finished")
    recorder.finish("finished")
    return store.session("latest")


def of_first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["subject"] == 1]


def test_windows_and_totals_have_the_sums_of_what_counts_and_of_all(store: Store, session: Session) -> None:
    everything = replace(session, all_samples=True)
    assert session.quality == GATE
    assert list(session.labels) == ["mood"]  # the judge was not asked for
    windows = of_first(store.windows(session, "mood", source_id=1))
    assert set(windows["samples"]) == {10}
    assert set(windows["counted"]) == {5}
    assert np.allclose(windows[LABELS], [5 * 0.25, 5 * 0.75])
    assert np.allclose(of_first(store.windows(everything, "mood", source_id=1))[LABELS], [5 * 1.25, 5 * 0.75])
    (total,) = of_first(store.totals(session, "mood")).to_dict("records")
    assert (total["samples"], total["counted"], total["glad"], total["sad"]) == (60, 30, 7.5, 22.5)
    (total,) = of_first(store.totals(everything, "mood")).to_dict("records")
    assert (total["counted"], total["glad"]) == (60, 37.5)
    assert shares_of(store, session, 1)["mood"]["1"] == {"glad": 0.25, "sad": 0.75}


def test_readers_of_observations_agree_with_the_windows(store: Store, session: Session) -> None:
    seen = store.observations(session, analyzer="mood")
    assert of_first(seen)["counted"].tolist() == [1, 0] * 30
    made, _ = short_windows.seen_windows(store, session, "mood", 5.0, source_id=1)
    kept = store.windows(session, "mood", source_id=1)
    columns = ["subject", "start_seconds", "samples", "counted", *LABELS]
    assert np.allclose(made[columns], kept[columns])
    assert set(store.observations(replace(session, all_samples=True))["counted"]) == {1}
    first = store.first_observations(session, "mood", 1, [1], 5.0)
    assert set(first["sad"]) == {0.75}
    table = export.windows(store, session)
    assert set(table.loc[table["subject"] == 1, "sad"]) == {0.75}
    assert set(table.loc[table["subject"] == 1, "counted"]) == {5}


def test_smoothing_and_timelines_take_what_counts(store: Store, session: Session) -> None:
    smoothed = replace(session, half_life_seconds=1.0)
    windows = of_first(Shown(store).windows(smoothed, "mood", source_id=1))
    assert np.allclose(windows["sad"] / windows["counted"], 0.75)
    (source,) = store.sources(session.id)
    (own,) = evidence.gathered(store, Shown(store), session, source, ["mood"])
    rows = own.lane((0.0, 30.0)).rows
    assert (rows["samples"].sum(), rows["counted"].sum()) == (120, 90)
    assert (rows["sad"] * rows["counted"]).sum() == pytest.approx(30 * 0.75 + 60 * 0.5)


def test_what_is_told_of_a_session_says_what_counted(store: Store, session: Session) -> None:
    told = changes(store, session, Cursor())
    window = next(each.facts for each in told if each.kind == "window")["subjects"][0]
    assert (window["samples"], window["counted"], window["shares"]) == (10, 5, {"glad": 0.25, "sad": 0.75})
    assert [each.facts["counts"] for each in told if each.kind == "observation"][:4] == [True, True, False, True]


def test_a_session_that_goes_on_counts_on(store: Store) -> None:
    recorder, source = begun(store)
    record(recorder, source, range(33))
    recorder.finish("stopped")
    rest = unfinished(store, recorder.session_id)
    assert rest is not None
    again, source = begun(store, rest)
    record(again, source, range(33, 60))
    again.finish("finished")
    (total,) = of_first(store.totals(store.session("latest"), "mood")).to_dict("records")
    assert (total["samples"], total["counted"], total["sad"]) == (60, 30, 22.5)
    assert set(of_first(store.windows(store.session("latest"), "mood"))["counted"]) == {5}


def test_a_judge_that_is_asked_for_is_stored_too(store: Store) -> None:
    recorder = Recorder(
        store,
        name="both",
        every_seconds=0.5,
        window_seconds=5.0,
        labels={"mood": LABELS, "judge": []},
        measures={"judge": [SHARPNESS]},
        gate=GATE,
        judges=["judge"],
    )
    record(recorder, recorder.add_source("gated.mp4", "file"), range(10))
    recorder.finish("finished")
    session = store.session("latest")
    assert len(store.observations(session, analyzer="judge")) == 20
    assert of_first(store.measure_windows(session, "judge"))["count"].tolist() == [10]  # measures are of all
