"""Windows of short recordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitor.plugin.contracts import Measure
from monitor.readout import evidence, measured, short_windows
from monitor.readout.shown import Shown
from monitor.sample import Frame, Observation, Sample
from monitor.store import Recorder, Session, Source, Store
from monitor.store.identities import Identities
from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_people.made_up_people import made_up_people


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[tuple[Store, Session, Source]]:
    """A file of six seconds, twelve samples."""
    with Store(tmp_path / "short.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(6)
        session = made_up.end()
        yield store, session, store.sources(session.id)[0]


@pytest.mark.parametrize(
    ("seconds", "length"), [(0.0, 0.5), (4.5, 0.5), (11.5, 1.0), (29.5, 2.5), (59.5, 5.0), (3600.0, 5.0)]
)
def test_a_recording_has_at_least_twelve_windows_of_whole_samples_where_it_has_as_many_samples(
    recorded: tuple[Store, Session, Source], seconds: float, length: float
) -> None:
    _, session, source = recorded
    assert short_windows.shown_window_seconds(session, replace(source, seconds=seconds)) == length


def test_windows_are_never_longer_than_those_of_the_session(recorded: tuple[Store, Session, Source]) -> None:
    _, session, source = recorded
    assert short_windows.shown_window_seconds(replace(session, window_seconds=0.25), source) == 0.25
    assert short_windows.caption(replace(session, window_seconds=0.25), source, (0.0, 60.0)) == ""


def test_the_length_stays_while_a_file_is_analysed_and_a_stream_that_runs_is_never_short(
    recorded: tuple[Store, Session, Source],
) -> None:
    _, session, source = recorded
    running = replace(session, state="running")
    for seconds in (0.0, 3.0, 5.5):
        file = replace(source, state="running", seconds=seconds, duration_seconds=6.0)
        assert short_windows.shown_window_seconds(running, file) == 0.5
        stream = replace(source, state="running", kind="live", seconds=seconds, duration_seconds=None)
        assert short_windows.shown_window_seconds(running, stream) == 5.0


def test_windows_made_again_are_those_of_the_store_where_they_are_as_long(
    recorded: tuple[Store, Session, Source],
) -> None:
    store, session, source = recorded
    for analyzer in session.analyzers:
        kept = store.windows(session, analyzer, source_id=source.id)
        made, _ = short_windows.seen_windows(store, session, analyzer, 5.0, source_id=source.id)
        pd.testing.assert_frame_equal(made, kept, check_dtype=False, atol=1e-5)


def test_tracks_are_people_in_them_and_who_is_left_out_is_not_there(recorded: tuple[Store, Session, Source]) -> None:
    store, _, _ = recorded
    session = made_up_people(store, 3, shots=2)
    (source,) = store.sources(session.id)
    identities = Identities(store, session)
    people = {person.number: person for person in identities.people()}
    identities.merge([people[1], people[4]])
    identities.ignore([people[2]])
    kept = store.windows(session, "face-fusion", source_id=source.id)
    made, _ = short_windows.seen_windows(store, session, "face-fusion", 5.0, source_id=source.id)
    assert set(made["subject"]) == {1, 3, 5, 6}
    pd.testing.assert_frame_equal(made, kept, check_dtype=False, atol=1e-5)


def test_windows_of_one_sample_hold_that_sample(recorded: tuple[Store, Session, Source]) -> None:
    store, session, source = recorded
    (faces, scene) = evidence.gathered(store, Shown(store), session, source, session.analyzers)
    assert faces.window_seconds == scene.window_seconds == 0.5
    assert len(scene.windows) == 12
    raw = store.observations(session, analyzer="face-fusion", source_id=source.id)
    assert faces.windows["happiness"].tolist() == pytest.approx(raw["happiness"].tolist())
    assert faces.windows["start_seconds"].tolist() == raw["seconds"].tolist()
    rows = faces.lane((0.0, 6.0)).rows
    assert rows["happiness"].tolist() == pytest.approx(raw["happiness"].tolist(), abs=1e-5)


def test_smoothing_reaches_windows_of_one_sample(recorded: tuple[Store, Session, Source]) -> None:
    store, session, source = recorded
    (own,) = evidence.gathered(store, Shown(store), session, source, ["face-fusion"])
    session = replace(session, half_life_seconds=2.0)
    (smooth,) = evidence.gathered(store, Shown(store), session, source, ["face-fusion"])
    assert len(smooth.windows) == len(own.windows) == 12
    assert smooth.windows["happiness"].diff().abs().mean() < own.windows["happiness"].diff().abs().mean()


def test_the_caption_names_both_lengths(recorded: tuple[Store, Session, Source]) -> None:
    _, session, source = recorded
    words = short_windows.caption(session, source, (0.0, 6.0))
    assert "windows of 0.5 s" in words
    assert "those of 5 s" in words


def test_the_caption_says_what_a_point_of_a_long_plot_stands_for(recorded: tuple[Store, Session, Source]) -> None:
    _, session, source = recorded
    hour = replace(source, seconds=3600.0)
    assert "stands for 15 s, 3 windows of 5 s" in short_windows.caption(session, hour, (0.0, 3600.0))
    assert short_windows.caption(session, hour, (600.0, 1200.0)) == ""


def test_measures_pool_to_what_the_store_keeps(tmp_path: Path) -> None:
    yaw = Measure("yaw", "degrees", -90.0, 90.0, "how far the head is turned")
    with Store(tmp_path / "measured.db", create=True) as store:
        recorder = Recorder(
            store, name="m", every_seconds=0.5, window_seconds=5, labels={"heads": []}, measures={"heads": [yaw]}
        )
        source = recorder.add_source("m.mp4", "file")
        for number in range(16):
            frame = Frame(np.zeros((2, 2, 3), np.uint8), number / 2, source, number)
            recorder.add_sample(source, Sample(frame), faces_looked_for=False)
            seen = Observation("heads", source, number / 2, None, {}, measures={"yaw": float(number**2)})
            recorder.add_observations(source, number, [seen])
        recorder.finish("finished")
        session = store.session("latest")
        kept = store.measure_windows(session, "heads", source_id=source)
        _, made = short_windows.seen_windows(store, session, "heads", 5.0, source_id=source)
    assert list(made.columns) == list(kept.columns)
    pooled = [measured.measure_rows(rows, "yaw", 5.0) for rows in (made, kept)]
    pd.testing.assert_frame_equal(*pooled, check_dtype=False)
