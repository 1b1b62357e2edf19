"""Measures over time, by subject and altogether, against numpy on the raw observations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from monitor.readout import measured
from monitor.readout.evidence import FACES, Evidence, gathered, with_shares
from monitor.readout.shown import Shown, caption
from monitor.store import Session, Store
from monitor.store.frames import measure_frame
from tests.made_up_session import HEADS, MEASURES, MadeUpSession

YAW, PITCH, _ = MEASURES


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    with Store(tmp_path_factory.mktemp("store") / "measured.db", create=True) as store:
        made_up = MadeUpSession(store, with_measures=True, half_life_seconds=2.0, calibrate_seconds=5.0)
        made_up.play(65)
        yield store, made_up.end()


@pytest.fixture(scope="module")
def heads(recorded: tuple[Store, Session]) -> Evidence:
    store, session = recorded
    found = gathered(store, Shown(store), session, store.sources(session.id)[0], session.analyzers)
    assert [own.analyzer for own in with_shares(found)] == ["face-fusion", "scene-sentiment"]
    return next(own for own in found if own.analyzer == HEADS)


def raw(recorded: tuple[Store, Session]) -> pd.DataFrame:
    store, session = recorded
    return store.observations(session, analyzer=HEADS, source_id=store.sources(session.id)[0].id)


@pytest.mark.parametrize(("most", "stretch"), [(500, 5.0), (7, 10.0)])
def test_rows_agree_with_the_raw_observations_however_many_are_merged(
    recorded: tuple[Store, Session], heads: Evidence, most: int, stretch: float
) -> None:
    observed = raw(recorded)
    for measure in MEASURES:
        rows = heads.measure_rows(measure, (0.0, 65.0), most=most)
        assert (rows["end_seconds"] - rows["start_seconds"] == stretch).all()
        for row in rows.to_dict("records"):
            inside = (observed["seconds"] >= row["start_seconds"]) & (observed["seconds"] < row["end_seconds"])
            values = observed.loc[inside, measure.name].dropna().to_numpy()
            assert row["count"] == len(values)
            assert row["mean"] == pytest.approx(values.mean(), rel=1e-6)
            assert row["std"] == pytest.approx(values.std(ddof=1), rel=1e-5, abs=1e-6)
            assert (row["low"], row["high"]) == pytest.approx((values.min(), values.max()))
        assert rows["count"].sum() == observed[measure.name].notna().sum()


def test_windows_and_totals_say_the_same_of_each_subject(recorded: tuple[Store, Session], heads: Evidence) -> None:
    store, session = recorded
    source = store.sources(session.id)[0]
    assert heads.measured is not None
    from_windows = measured.measures_by_subject(heads.measured)
    totals = measure_frame(store.measure_rows(session, HEADS, source_id=source.id), session, HEADS, windows=False)
    from_totals = measured.measures_by_subject(totals)
    pd.testing.assert_frame_equal(from_windows, from_totals, rtol=1e-6)
    everybody = measured.overall(heads.measured).set_index("measure")
    yaw = raw(recorded)["head_yaw"]
    assert everybody.loc["head_yaw", "mean"] == pytest.approx(yaw.mean())
    assert everybody.loc["head_yaw", "std"] == pytest.approx(yaw.std())


def test_an_analyzer_without_labels_is_a_kind_of_evidence_and_is_shown_raw(
    recorded: tuple[Store, Session], heads: Evidence
) -> None:
    _, session = recorded
    assert (heads.kind, heads.labels, list(heads.measures)) == (FACES, [], list(MEASURES))
    assert caption(session, HEADS) == ""
    assert heads.windows["samples"].sum() == len(raw(recorded))
    part = heads.within(5.0, 10.0)
    assert part.measured is not None
    assert set(part.measured["start_seconds"]) == {5.0}


def test_nothing_measured_has_no_rows(heads: Evidence) -> None:
    assert heads.measured is not None
    rows = measured.measure_rows(heads.measured.iloc[:0], YAW.name, 5.0)
    assert rows.empty
    assert list(rows) == measured.ROW_COLUMNS
    assert measured.overall(heads.measured.iloc[:0]).empty
    assert np.isnan(measured.measure_rows(heads.measured, PITCH.name, 5.0)["std"]).sum() == 0
