"""The program's own search, in recordings whose events are known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.store.events import Event, add_events, delete_events, events
from monitor_studies.finding.change_points import change_points, long_run_deviation
from monitor_studies.finding.peaks import stretches_above
from monitor_studies.finding.presence import visits
from monitor_studies.finding.search import Search
from monitor_studies.finding.session_events import find_events
from monitor_studies.finding.unusual import spreads_above
from tests.plugins.monitor_studies.statistics.processes import autoregressive

LABELS = ("neutral", "happiness", "anger")
IMAGE = np.zeros((2, 2, 3), np.uint8)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    """Four minutes: person 1 is there throughout, angrier from 120 s on, and happy from 60 to 70 s; person 2 comes at
    30 s and leaves after 50 s, away for a second in between."""
    random = np.random.default_rng(0)
    with Store(tmp_path_factory.mktemp("store") / "found.db", create=True) as store:
        recorder = Recorder(store, name="talk", every_seconds=0.5, window_seconds=5.0, labels={"faces": LABELS})
        source = recorder.add_source("talk.mp4", "file")
        for number in range(480):
            at = number * 0.5
            logits = np.array([2.0, 3.5 if 60 <= at < 70 else 0.0, 2.0 if at >= 120 else -1.0]) + random.normal(
                0, 0.3, 3
            )
            scores = dict(zip(LABELS, (np.exp(logits) / np.exp(logits).sum()).tolist(), strict=True))
            people = [1, *([2] if 30 <= at <= 50 and not 40 < at < 41 else [])]
            faces = tuple(Face((0.2, 0.2, 0.6, 0.8), 0.9, track=track) for track in people)
            recorder.add_sample(source, Sample(Frame(IMAGE, at, 1, number), faces), faces_looked_for=True)
            recorder.add_observations(source, number, [Observation("faces", 1, at, track, scores) for track in people])
        recorder.update_source(source, seconds=239.5)
        recorder.finish("finished")
        yield store, store.session("talk")


def test_each_search_finds_what_is_there_and_finding_again_changes_nothing(recorded):
    store, session = recorded
    add_events(store, [Event(session.id, "moment", 5.0, label="mine", tier="peaks")])
    counts = find_events(store, session, Search())
    found = {tier: events(store, session.id, tiers=[tier]) for tier in counts}
    assert [(each.label, each.start_seconds) for each in found["people"]] == [
        ("person 2 enters", 30.0),
        ("person 2 leaves", 50.0),
    ]
    mine, happy = found["peaks"][:2]
    assert (mine.label, mine.author) == ("mine", "human")
    assert (happy.label, happy.start_seconds, happy.end_seconds, happy.kind) == ("happiness", 60.0, 70.0, "interval")
    assert happy.made_by == "peaks (above 60% for 2 s, until below 40%)"
    assert any(
        abs(each.start_seconds - 120) <= 2 and each.label.startswith(("anger +", "neutral -"))
        for each in found["changes"]
    )
    assert "penalty log n for each label" in found["changes"][0].made_by
    assert any(60 <= each.start_seconds < 70 and each.label == "unusual happiness" for each in found["unusual"])
    assert all(each.author == "machine" and each.source_id for tier in counts for each in found[tier] if each != mine)

    before = events(store, session.id)
    assert find_events(store, session, Search()) == counts
    assert events(store, session.id) == before
    assert happy.id is not None
    delete_events(store, [happy.id])
    find_events(store, session, Search())
    assert happy not in events(store, session.id)


def test_what_is_excluded_is_not_searched(recorded):
    store, session = recorded
    add_events(store, [Event(session.id, "exclude", 25.0, 75.0)])
    find_events(store, session, Search(tiers=("people", "unusual")))
    assert events(store, session.id, tiers=["people"]) == []
    assert not any(25 <= each.start_seconds < 75 for each in events(store, session.id, tiers=["unusual"]))


def test_jitter_about_the_level_makes_one_peak_and_absence_ends_it():
    seconds = np.array([0, 0.5, 1, 1.5, 2, 2.5, 3, 10, 10.5, 11])
    shares = np.array([0.3, 0.61, 0.55, 0.62, 0.45, 0.39, 0.61, 0.7, 0.7, 0.5])
    level = Search(seconds=0.0)
    assert stretches_above(seconds, shares, level, 0.5) == [(0.5, 2.5), (3.0, 3.5), (10.0, 11.5)]
    assert stretches_above(seconds, shares, Search(seconds=1.5), 0.5) == [(0.5, 2.5), (10.0, 11.5)]
    assert stretches_above(seconds, shares, Search(hysteresis=0.0, seconds=0.0), 0.5)[:2] == [(0.5, 1.0), (1.5, 2.0)]


def test_visits_are_parted_by_absences_and_passers_by_have_none():
    times = pd.Series([*np.arange(0, 5, 0.5), *np.arange(6, 8, 0.5), *np.arange(20, 22, 0.5), 40.0, 40.5])
    assert visits(times) == [(0.0, 7.5), (20.0, 21.5)]


def test_change_points_are_found_and_correlation_of_neighbours_alone_makes_few():
    many = [np.stack([autoregressive(600, 0.6, 2 * n + k) for k in (0, 1)], axis=1) for n in range(20)]
    assert sum(len(change_points(each, 20)) > 0 for each in many) <= 2
    like = many[0]
    like[300:] += 3.0
    [place] = change_points(like, 20)
    assert abs(place - 300) <= 5
    assert change_points(like[:100], 20) == []  # too short
    assert change_points(np.ones((600, 2)), 20) == []


def test_the_long_run_deviation_holds_the_correlation_and_no_change():
    """An autoregressive process of correlation r has a long-run deviation of sqrt((1 + r) / (1 - r))."""
    like = np.stack([autoregressive(3000, 0.6, seed) for seed in range(8)], axis=1)
    assert long_run_deviation(like, 30).mean() == pytest.approx(2.0, rel=0.12)
    like[1500:] += 10
    assert long_run_deviation(like, 30).mean() == pytest.approx(2.0, rel=0.12)


def test_what_is_usual_is_a_median_that_a_burst_does_not_move():
    values = np.random.default_rng(1).normal(size=(500, 1))
    values[200:208] += 8
    spreads = spreads_above(values, 4)
    assert spreads.argmax() in range(198, 210)
    assert spreads.max() > 8
    assert np.abs(np.delete(spreads, np.s_[195:215])).max() < 5
    assert (spreads_above(np.ones((50, 1)), 4)[5:-5] == 0).all()
