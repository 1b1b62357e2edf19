"""Rows for plots, compared with slow and obvious sums over single observations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.readout import timeline
from monitor.store import Session, Store
from tests.made_up_session import FACE_LABELS, MadeUpSession

LABELS = ["bright", "dark"]


def windows(*rows: tuple[int, int, int, float, float], length: float = 5.0) -> pd.DataFrame:
    """A frame as `Store.windows` returns it, from (number, subject, samples, bright, dark)."""
    columns = ["source_id", "source", "subject", "start_seconds", "end_seconds", "samples", "counted", *LABELS]
    data = [(1, "clip", subject, n * length, (n + 1) * length, count, count, b, d) for n, subject, count, b, d in rows]
    return pd.DataFrame(data, columns=columns)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    with Store(tmp_path_factory.mktemp("store") / "made-up.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(130)
        yield store, made_up.end()


def test_nothing_gives_no_rows_but_all_columns() -> None:
    rows = timeline.share_rows(windows(), LABELS, 5.0)
    assert rows.empty
    assert list(rows) == ["start_seconds", "end_seconds", "samples", "counted", "people", *LABELS]


def test_people_of_one_window_are_added_before_normalising() -> None:
    rows = timeline.share_rows(windows((0, 1, 3, 3.0, 0.0), (0, 2, 1, 0.0, 1.0)), LABELS, 5.0)
    assert rows.to_dict("records") == [
        {
            "start_seconds": 0.0,
            "end_seconds": 5.0,
            "samples": 4,
            "counted": 4,
            "people": 2,
            "bright": 0.75,
            "dark": 0.25,
        }
    ]


def test_times_without_observations_have_no_row() -> None:
    rows = timeline.share_rows(windows((0, 1, 1, 1.0, 0.0), (3, 1, 1, 1.0, 0.0)), LABELS, 5.0)
    assert rows["start_seconds"].tolist() == [0.0, 15.0]


def test_windows_of_a_decimal_length_stay_apart() -> None:
    rows = timeline.share_rows(windows(*[(n, 1, 1, 1.0, 0.0) for n in range(50)], length=0.1), LABELS, 0.1)
    assert len(rows) == 50
    assert np.allclose(rows["start_seconds"], np.arange(50) * 0.1)


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 4), st.integers(1, 10), st.floats(0, 1)), max_size=60),
    st.integers(1, 40),
)
def test_merging_keeps_every_sample_and_the_overall_shares(seen: list[tuple[int, int, int, float]], most: int) -> None:
    unique = {(n, subject): (samples, share) for n, subject, samples, share in seen}
    frame = windows(*[(n, s, k, k * share, k * (1 - share)) for (n, s), (k, share) in sorted(unique.items())])
    rows = timeline.share_rows(frame, LABELS, 5.0, most=most)
    assert len(rows) <= most + 1
    assert rows["samples"].sum() == sum(samples for samples, _ in unique.values())
    if len(rows):
        assert np.allclose(rows[LABELS].sum(axis=1), 1.0)
        total = sum(samples for samples, _ in unique.values())
        expected = sum(samples * share for samples, share in unique.values()) / total
        assert (rows["bright"] * rows["samples"]).sum() / total == pytest.approx(expected)
        lengths = rows["end_seconds"] - rows["start_seconds"]
        assert lengths.nunique() == 1
        assert (rows["start_seconds"] % lengths == 0).all()


def test_ten_hours_become_few_points() -> None:
    ten_hours = windows(*[(n, 1, 10, 5.0, 5.0) for n in range(7200)])
    rows = timeline.share_rows(ten_hours, LABELS, 5.0)
    assert timeline.MOST_POINTS / 2 < len(rows) <= timeline.MOST_POINTS
    assert rows["end_seconds"].iloc[-1] == 36_000.0


def test_rows_over_one_reach_cover_the_same_stretches_whatever_they_hold() -> None:
    whole = windows(*[(n, 0, 1, 1.0, 0.0) for n in range(100)])
    part = windows(*[(n, 1, 1, 1.0, 0.0) for n in range(33, 47)])
    rows = [timeline.share_rows(frame, LABELS, 5.0, reach=(0.0, 500.0), most=40) for frame in (whole, part)]
    assert rows[0]["start_seconds"].tolist() == [15.0 * n for n in range(34)]
    assert rows[1]["start_seconds"].tolist() == [165.0, 180.0, 195.0, 210.0, 225.0]
    assert timeline.share_rows(part, LABELS, 5.0, most=40)["start_seconds"].iloc[1] == 170.0


def test_rows_agree_with_the_raw_observations(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    source = store.sources(session.id)[0]
    raw = store.observations(session, analyzer="face-fusion")
    raw = raw[raw["source_id"] == source.id]
    rows = timeline.share_rows(
        store.windows(session, "face-fusion", source_id=source.id), FACE_LABELS, session.window_seconds
    )
    for row in rows.to_dict("records"):
        inside = raw[(raw["seconds"] >= row["start_seconds"]) & (raw["seconds"] < row["end_seconds"])]
        assert len(inside) == row["samples"]
        assert inside["subject"].nunique() == row["people"]
        for label in FACE_LABELS:
            assert row[label] == pytest.approx(inside[label].sum() / len(inside), abs=1e-5)


def test_a_person_alone_is_that_person_alone(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    source = store.sources(session.id)[0]
    seen = store.windows(session, "face-fusion", source_id=source.id)
    second = timeline.share_rows(timeline.of_subject(seen, 2), FACE_LABELS, session.window_seconds)
    assert second["start_seconds"].min() == 30.0
    assert (second["people"] == 1).all()
    assert len(timeline.of_subject(seen, None)) == len(seen)


def test_a_range_takes_the_windows_that_touch_it() -> None:
    frame = windows(*[(n, 1, 1, 1.0, 0.0) for n in range(4)])
    assert timeline.within(frame, 5.0, 15.0)["start_seconds"].tolist() == [5.0, 10.0]
    assert timeline.within(frame, 4.9, 15.1)["start_seconds"].tolist() == [0.0, 5.0, 10.0, 15.0]


def test_shares_by_subject_agree_with_the_totals(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    from_windows = timeline.shares_by_subject(store.windows(session, "face-fusion"), FACE_LABELS)
    from_totals = timeline.shares_by_subject(store.totals(session, "face-fusion"), FACE_LABELS)
    pd.testing.assert_frame_equal(from_windows, from_totals, rtol=1e-4)
    assert np.allclose(from_windows[list(FACE_LABELS)].sum(axis=1), 1.0)


def test_overall_of_nothing_is_zero() -> None:
    assert timeline.overall(windows(), LABELS) == ({"bright": 0.0, "dark": 0.0}, 0)


def gaps(*rows: tuple[float, float | None]) -> pd.DataFrame:
    data = [(start, end, f"reason {number}") for number, (start, end) in enumerate(rows)]
    return pd.DataFrame(data, columns=["start_seconds", "end_seconds", "reason"])


def test_a_gap_that_lasts_ends_now() -> None:
    merged = timeline.merged_gaps(gaps((10, 20), (80, None)), 100)
    assert merged[["start_seconds", "end_seconds"]].to_numpy().tolist() == [[10, 20], [80, 100]]


def test_gaps_that_a_plot_cannot_tell_apart_become_one() -> None:
    merged = timeline.merged_gaps(gaps(*[(n * 0.5, n * 0.5 + 0.4) for n in range(2000)]), 1000)
    assert len(merged) == 1
    assert merged["end_seconds"].iloc[0] == pytest.approx(999.9)


def test_no_gaps_stay_none() -> None:
    assert timeline.merged_gaps(gaps(), 100).empty


def test_who_counts_in_no_share_of_any_analyzer_is_told() -> None:
    columns = ["subject", "counted"]
    faces = pd.DataFrame([(1, 3), (1, 0), (2, 0), (2, 0), (3, 0)], columns=columns)
    others = pd.DataFrame([(2, 0), (3, 1)], columns=columns)
    assert timeline.uncounted([faces, others, faces[:0]]) == {2}
    assert timeline.uncounted([]) == set()
