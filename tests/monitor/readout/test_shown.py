"""What is shown of a session: windows against the formulas, and what is read for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from monitor.readout import export, shown
from monitor.readout.shown import Shown
from monitor.store import Session, Store
from tests.made_up_session import FACE_LABELS, SCENE_LABELS, MadeUpSession

LABELS = list(FACE_LABELS)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    with Store(tmp_path_factory.mktemp("store") / "made-up.db", create=True) as store:
        made_up = MadeUpSession(store, half_life_seconds=4.0, calibrate_seconds=10.0)
        made_up.play(200)
        yield store, made_up.end()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[MadeUpSession]:
    """A session that has run for six seconds and is to be shown calibrated on ten."""
    with Store(tmp_path / "running.db", create=True) as store:
        made_up = MadeUpSession(store, calibrate_seconds=10.0)
        made_up.play(6)
        yield made_up


def file_of(store: Store, session: Session) -> int:
    """Number of the session's first source."""
    return store.sources(session.id)[0].id


def queries_of_observations(store: Store) -> list[str]:
    """A list that grows with every query that reads raw observations."""
    queries: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM observations" in statement or "JOIN observations" in statement:
            queries.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    return queries


@pytest.mark.parametrize(
    ("half_life", "calibrate", "analyzer", "words"),
    [
        (0.0, 0.0, "face-fusion", ""),
        (0.0, 10.0, "scene-sentiment", ""),
        (2.5, 0.0, "scene-sentiment", "Smoothed, half-life 2.5 s; raw scores in the export"),
        (0.0, 10.0, "face-fusion", "Calibrated on each person's first 10 s; raw scores in the export"),
        (
            2.0,
            10.0,
            "face-fusion",
            "Smoothed, half-life 2 s; calibrated on each person's first 10 s; raw scores in the export",
        ),
    ],
)
def test_the_caption_says_what_was_done(
    recorded: tuple[Store, Session], half_life: float, calibrate: float, analyzer: str, words: str
) -> None:
    session = replace(recorded[1], half_life_seconds=half_life, calibrate_seconds=calibrate)
    assert shown.caption(session, analyzer) == words
    assert shown.caption(shown.raw(session), analyzer) == ""


def test_a_session_shown_raw_has_the_windows_of_the_store(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    source_id = file_of(store, session)
    queries = queries_of_observations(store)
    for analyzer, seen in (
        ("face-fusion", shown.raw(session)),
        ("scene-sentiment", replace(session, half_life_seconds=0.0)),
    ):
        expected = store.windows(session, analyzer, source_id=source_id, start_seconds=50.0)
        result = Shown(store).windows(seen, analyzer, source_id=source_id, start_seconds=50.0)
        pd.testing.assert_frame_equal(result, expected)
    assert queries == []


def test_windows_agree_with_the_formulas(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    source_id = file_of(store, session)
    plain = store.windows(session, "face-fusion", source_id=source_id)
    result = Shown(store).windows(session, "face-fusion", source_id=source_id)
    unchanged = ["source_id", "source", "subject", "start_seconds", "end_seconds", "samples"]
    pd.testing.assert_frame_equal(result[unchanged], plain[unchanged])
    assert np.allclose(result[LABELS].sum(axis=1), result["samples"])
    scores = store.observations(session, analyzer="face-fusion")
    scores = scores[scores["source_id"] == source_id]
    reference = np.array([0.9] + [0.1 / 7] * 7)
    for subject, own in plain.groupby("subject"):
        of_person = scores[scores["subject"] == subject]
        first = of_person[of_person["seconds"] < of_person["seconds"].min() + 10.0]
        before: tuple[float, np.ndarray] | None = None  # when the last window ended, and the smoothed score there
        for number, window in own.iterrows():
            mean = window[LABELS].to_numpy(dtype=float) / window["samples"]
            mean = mean * reference / np.maximum(first[LABELS].mean().to_numpy(), 0.01)
            mean /= mean.sum()
            moments = (np.arange(1000) + 0.5) / 1000 * 5.0  # the mean over the window, from a thousand points in it
            since, old = before or (window["start_seconds"], mean)
            weights = 0.5 ** ((window["start_seconds"] - since + moments) / 4.0)
            expected = mean + (old - mean) * weights.mean()
            before = (
                window["end_seconds"],
                mean + (old - mean) * 0.5 ** ((window["end_seconds"] - since) / 4.0),
            )
            assert np.allclose(
                result.loc[number, LABELS].to_numpy(dtype=float), expected * window["samples"], atol=1e-5
            )


def test_a_late_part_is_the_same_as_in_the_whole(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    source_id = file_of(store, session)
    for analyzer, labels in (("face-fusion", FACE_LABELS), ("scene-sentiment", SCENE_LABELS)):
        whole = Shown(store).windows(session, analyzer, source_id=source_id)
        whole = whole[whole["end_seconds"] > 100.0].reset_index(drop=True)
        part = Shown(store).windows(session, analyzer, source_id=source_id, start_seconds=100.0).reset_index(drop=True)
        assert part["start_seconds"].min() == 100.0
        shares = [frame[list(labels)].div(frame["samples"], axis=0) for frame in (whole, part)]
        pd.testing.assert_frame_equal(*shares, rtol=0, atol=1e-3)
        pd.testing.assert_frame_equal(whole.drop(columns=[*labels]), part.drop(columns=[*labels]))


def test_windows_are_near_those_of_the_export(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    exact = export.windows(store, session)
    exact = exact[(exact["source"] == "interview.mp4") & exact["subject"].notna()]
    expected = exact[[f"shown_{label}" for label in LABELS]].to_numpy(dtype=float)
    for seen, near in ((session, True), (shown.raw(session), False)):
        windows = Shown(store).windows(seen, "face-fusion", source_id=file_of(store, session))
        windows = windows.sort_values(["subject", "start_seconds"])
        shares = windows[LABELS].div(windows["samples"], axis=0).to_numpy()
        assert (np.abs(shares - expected).mean() < 0.01) == near


def test_a_baseline_is_read_until_its_seconds_are_over_and_then_no_more(running: MadeUpSession) -> None:
    store, session = running.store, running.store.session("latest")
    queries = queries_of_observations(store)
    view = Shown(store)

    def first_window() -> list[float]:
        windows = view.windows(session, "face-fusion", source_id=running.file)
        return windows.iloc[0][LABELS].astype(float).tolist()

    early = first_window()
    assert early == first_window()
    assert len(queries) == 2
    running.play(6)
    later = first_window()
    assert later != early
    assert len(queries) == 3
    running.play(8)
    assert first_window() == later
    assert len(queries) == 3
    running.play(12)  # person 2 comes
    assert {1, 2} == set(view.windows(session, "face-fusion", source_id=running.file)["subject"])
    assert len(queries) == 4


def test_another_length_is_another_baseline(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    view, source_id = Shown(store), file_of(store, session)
    short = replace(session, calibrate_seconds=2.0)
    view.windows(session, "face-fusion", source_id=source_id)
    pd.testing.assert_frame_equal(
        view.windows(short, "face-fusion", source_id=source_id),
        Shown(store).windows(short, "face-fusion", source_id=source_id),
    )


def test_a_source_without_windows_stays_without(tmp_path: Path) -> None:
    with Store(tmp_path / "empty.db", create=True) as store:
        made_up = MadeUpSession(store, half_life_seconds=2.0, calibrate_seconds=10.0)
        windows = Shown(store).windows(store.session("latest"), "face-fusion", source_id=made_up.file)
        assert windows.empty
        assert list(windows)[-8:] == LABELS
