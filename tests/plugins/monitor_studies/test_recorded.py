from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.readout.timeline import overall
from monitor.store import Store
from monitor.store.events import Event, add_events
from monitor_studies.recorded import recording, stretches
from tests.plugins.monitor_studies.recorded_sessions import record


def test_the_shares_of_a_recording_are_those_of_the_store(store, session):
    for analyzer in session.analyzers:
        found = recording(store, session, analyzer)
        expected, _ = overall(store.totals(session, analyzer), session.labels[analyzer])
        np.testing.assert_allclose(found.series.means, list(expected.values()), atol=1e-6)


def test_every_sample_is_there_and_those_without_anybody_weigh_nothing(store, session):
    found = recording(store, session, "face-fusion")
    samples = store.samples(session)
    assert len(found.series) == len(samples)
    np.testing.assert_allclose(found.series.weights, samples["faces"].to_numpy(float), atol=1e-4)
    file, camera = store.sources(session.id)
    away = recording(store, session, "face-fusion", subjects=[(camera.id, 1)])
    np.testing.assert_array_equal(away.series.weights > 0.5, samples["source_id"] == camera.id)
    assert len(away.series) == len(samples) > file.frames_sampled


def test_one_person_alone(store, session):
    file, _ = store.sources(session.id)
    found = recording(store, session, "face-fusion", subjects=[(file.id, 2)])
    totals = store.totals(session, "face-fusion", source_id=file.id)
    labels = session.labels["face-fusion"]
    [row] = totals[totals["subject"] == 2].to_dict("records")
    np.testing.assert_allclose(found.series.sums.sum(axis=0), [row[label] for label in labels], atol=1e-4)


def test_stretches_break_where_somebody_was_away(store, session):
    lengths = sorted(len(each) for each in stretches(store, session, "face-fusion"))
    # person 1 of the file: 0-40 and 60-120 s; person 2: 30-60 and 90-120 s; the camera: 0-30 and 45-120 s
    assert lengths == [60, 60, 60, 80, 120, 150]


@pytest.mark.parametrize("all_samples", [False, True])
def test_neither_shares_nor_fits_use_what_is_excluded_or_outside_of_the_gate(tmp_path: Path, all_samples):
    with Store(tmp_path / "store.db", create=True) as store:
        plain = record(store, "plain", 1)
        [whole] = stretches(store, plain, "faces")
        session = record(store, "gated", 1, small_until=20.0, all_samples=all_samples)
        add_events(store, [Event(session.id, "exclude", 30.0, 40.0)])
        found = recording(store, session, "faces")
        counts = np.r_[40:60, 80:120]  # 20 to 30 s and 40 to 60 s
        np.testing.assert_allclose(found.series.means, whole[counts].sum(axis=0) / whole[counts].sum())
        assert (len(found.series), found.series.observed) == (100, 60)
        first, second = stretches(store, session, "faces")
        np.testing.assert_array_equal(np.concatenate([first, second]), whole[counts])
