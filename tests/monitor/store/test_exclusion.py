"""Excluded stretches, against sessions in which what is excluded was never recorded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from monitor.moments import pooled
from monitor.plugin.contracts import Measure
from monitor.quality import Gate
from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.store.changes import changes, window_page
from monitor.store.cursor import Cursor
from monitor.store.events import Event, add_events, undo
from monitor.store.exclusion import excluded_stretches
from monitor.store.frames import measure_frame
from monitor.store.run_summary import measures_of, shares_of

ALL = [(3.2, 17.0), (20.0, 25.0), (41.0, 42.4)]
"""Cuts windows, covers some, and leaves nothing of person 2, who is there from 4 to 16 s."""
IMAGE = np.zeros((2, 2, 3), np.uint8)
TURN = Measure("turn", "degrees", -90.0, 90.0, "How far the head is turned.")


def record(store: Store, without: list[tuple[float, float]]) -> Session:
    """A minute with two people in one source, and one in another; nothing is recorded within `without`, and what is
    seen of heads turned by more than 25 degrees does not count."""
    recorder = Recorder(
        store,
        name="talk",
        every_seconds=0.5,
        window_seconds=5.0,
        labels={"mood": ["glad", "sad"], "scene": ["light", "dark"]},
        measures={"mood": [TURN]},
        gate=Gate(most_yaw=25),
        judges=["judge"],
    )
    random = np.random.default_rng(3)
    for name in ("one.mp4", "two.mp4"):
        source = recorder.add_source(name, "file")
        for number in range(120):
            at = number * 0.5
            tracks = [1, *([2] if 4 <= at < 16 else [])] if name == "one.mp4" else [1]
            scores, turns = random.random(3), random.normal(0, 20, 3)
            if name == "one.mp4" and any(start <= at < end for start, end in without):
                continue
            faces = tuple(Face((0.1, 0.1, 0.5, 0.5), 0.9, track=track) for track in tracks)
            recorder.add_sample(source, Sample(Frame(IMAGE, at, source, number), faces), faces_looked_for=True)
            seen = [
                Observation("mood", source, at, track, {"glad": p, "sad": 1 - p}, measures={"turn": turn})
                for track, p, turn in zip(tracks, scores[1:], turns[1:], strict=False)
            ]
            seen += [
                Observation("judge", source, at, track, measures={"head_yaw": turn})
                for track, turn in zip(tracks, turns[1:], strict=False)
            ]
            seen.append(Observation("scene", source, at, None, {"light": scores[0], "dark": 1 - scores[0]}))
            recorder.add_observations(source, number, seen)
        recorder.update_source(source, seconds=59.5, state="finished")
    recorder.finish("finished")
    return store.session(recorder.session_id)


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session, Session]]:
    """One with the stretches excluded, and one in which they were never recorded."""
    with Store(tmp_path_factory.mktemp("store") / "excluded.db", create=True) as store:
        whole, shorter = record(store, []), record(store, ALL)
        first = store.sources(whole.id)[0].id
        add_events(store, [Event(whole.id, "exclude", start, end, source_id=first) for start, end in ALL])
        yield store, whole, shorter


def alike(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Equal but for the numbers of the sources, which differ from session to session."""
    pd.testing.assert_frame_equal(one.drop(columns="source_id"), other.drop(columns="source_id"), atol=3e-6)


@pytest.mark.parametrize("analyzer", ["mood", "scene"])
def test_shares_are_those_of_a_session_that_never_recorded_it(sessions, analyzer):
    store, whole, shorter = sessions
    alike(store.windows(whole, analyzer), store.windows(shorter, analyzer))
    alike(store.totals(whole, analyzer), store.totals(shorter, analyzer))
    first, other = store.sources(whole.id)[0].id, store.sources(shorter.id)[0].id
    part = {"start_seconds": 2.0, "end_seconds": 23.0}
    alike(
        store.windows(whole, analyzer, source_id=first, **part),
        store.windows(shorter, analyzer, source_id=other, **part),
    )
    chosen = {"subjects": [0, 1, 2]}
    alike(
        store.totals(whole, analyzer, source_id=first, **chosen),
        store.totals(shorter, analyzer, source_id=other, **chosen),
    )
    found, wanted = (
        pd.DataFrame(shares_of(store, session, source)[analyzer])
        for session, source in ((whole, first), (shorter, other))
    )
    pd.testing.assert_frame_equal(found, wanted, atol=1e-6)


def test_measures_are_too(sessions):
    store, whole, shorter = sessions
    alike(store.measure_windows(whole, "mood"), store.measure_windows(shorter, "mood"))
    keys = ["source", "subject", "measure"]
    rows = ((store.measure_rows(each, "mood"), each) for each in (whole, shorter))
    one, other = (pooled(measure_frame(of, each, "mood", windows=False), keys) for of, each in rows)
    pd.testing.assert_frame_equal(one, other)
    first, second = (measures_of(store, each, store.sources(each.id)[0].id)["mood"] for each in (whole, shorter))
    assert first.keys() == second.keys() == {"all", "1"}
    assert first["all"]["turn"] == pytest.approx(second["all"]["turn"], abs=2e-6)


def test_samples_observations_and_people_are_too(sessions):
    store, whole, shorter = sessions
    alike(store.samples(whole), store.samples(shorter))
    alike(store.observations(whole), store.observations(shorter))
    assert len(store.observations(whole, excluded=True)) > len(store.observations(whole))
    one, other = (store.people(each, thumbnails=False) for each in (whole, shorter))
    columns = ["source", "subject", "samples"]
    pd.testing.assert_frame_equal(one[columns], other[columns])
    assert store.count_people(whole) == 2  # the second person was there in an excluded stretch alone


@pytest.mark.parametrize("most", [2, 3, 7, 1000])
def test_windows_by_the_page_reach_behind_pages_of_which_nothing_is_left(sessions, most):
    store, whole, shorter = sessions

    def read(session: Session, most: int) -> list[tuple[int, int, int]]:
        source, after, found = store.sources(session.id)[0].id, None, []
        while rows := store.window_rows(session, "mood", source, after=after, most=most):
            after = (rows[-1]["subject"], rows[-1]["number"])
            found += [(row["subject"], row["number"], row["samples"]) for row in rows]
        return found

    assert read(whole, most) == read(shorter, 1000)


def test_whoever_follows_the_session_is_told_the_same_windows(sessions):
    store, whole, shorter = sessions
    one, other = (
        [change.facts["subjects"] for change in changes(store, each, Cursor()) if change.kind == "window"]
        for each in (whole, shorter)
    )
    assert len(one) == len(other) == 12 + 12 - 3  # three windows of the first source lie in a stretch
    for found, wanted in zip(one, other, strict=True):
        assert [each["samples"] for each in found] == [each["samples"] for each in wanted]
        assert [each["shares"] for each in found] == [pytest.approx(each["shares"], abs=1e-5) for each in wanted]
    assert len(window_page(store, whole, 5.0, 15.0, 10)) == 2  # of the second source


def test_stretches_are_joined_where_they_meet_and_undone_with_their_events(tmp_path):
    with Store(tmp_path / "events.db", create=True) as store:
        session = record(store, [])
        first, second = (source.id for source in store.sources(session.id))
        before = store.totals(session, "mood")
        assert excluded_stretches(store, session.id) == {}
        add_events(
            store,
            [
                Event(session.id, "exclude", 5.0, 10.0),
                Event(session.id, "exclude", 8.0, 12.0, source_id=first),
                Event(session.id, "exclude", 20.0, 21.0),
                Event(session.id, "interval", 1.0, 40.0, "all of it"),
            ],
        )
        joined = {first: [(5.0, 12.0), (20.0, 21.0)], second: [(5.0, 10.0), (20.0, 21.0)]}
        assert excluded_stretches(store, session.id) == joined
        assert store.totals(session, "mood")["samples"].sum() < before["samples"].sum()
        undo(store, session.id)
        pd.testing.assert_frame_equal(store.totals(session, "mood"), before)
        add_events(store, [Event(session.id, "exclude", 0.0, 1e6)])
        assert store.totals(session, "mood").empty
        assert store.windows(session, "mood").empty
        assert store.people(session).empty
        assert store.samples(session).empty
