"""The worked example: what is filmed, what the study asks, and what the command leaves in its folder."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import av
import numpy as np
import pytest

from monitor.demo.face import ANGRY, NEUTRAL
from monitor.store import Store
from monitor_studies import worked_example
from monitor_studies.study_file import read_study
from tests.plugins.monitor_studies.recorded_sessions import LABELS, record


def test_the_face_is_angry_as_often_as_is_said():
    for angry in (worked_example.ANGRY_BEFORE, worked_example.ANGRY_AFTER):
        angry_ones = {NEUTRAL.towards(ANGRY, strength) for strength in worked_example.STRENGTHS}
        shown = [each for n in range(60) for each in worked_example.expressions(angry, np.random.default_rng(n))]
        assert len(shown) == 60 * 120
        assert np.mean([each in angry_ones for each in shown]) == pytest.approx(angry, abs=0.03)


def test_the_study_has_the_event_between_its_groups(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(worked_example.study_text())
    study = read_study(path)
    assert study.groups == ["before", "after"]
    dates = {group: [each.date for each in study.sessions if each.group == group] for group in study.groups}
    assert max(dates["before"]) < study.events[0].date < min(dates["after"])
    assert {later - earlier for earlier, later in zip(dates["after"], dates["after"][1:], strict=False)} == {
        timedelta(days=7)
    }


def test_recordings_have_no_more_frames_than_are_sampled(tmp_path, monkeypatch):
    monkeypatch.setattr(worked_example, "SESSIONS", 1)
    monkeypatch.setattr(worked_example, "SECONDS", 3.0)
    drawn = []

    def picture(expression):
        drawn.append(expression)
        return np.full((960, 1536, 3), 90, np.uint8)

    monkeypatch.setattr("monitor.demo.clip.load_face", lambda detector: SimpleNamespace(picture=picture))
    clips = worked_example.make_clips(tmp_path, None, 0)
    assert [clip.name for clip in clips] == ["before-1.mp4", "after-1.mp4"]
    with av.open(str(clips[0])) as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
    assert times == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert len(drawn) == len(set(drawn))  # each picture is made once for all recordings


def test_the_command_leaves_a_study_its_tables_and_its_report(tmp_path, monkeypatch, monitor):
    def made_up(clips, settings):
        with Store(settings.store, create=True) as store:
            for number, (name, group, _) in enumerate(worked_example.recordings()):
                record(store, name, number, anger=1.5 * (group == "after"), seconds=20.0)

    monkeypatch.setattr("monitor.engine.models.make_detector", lambda *_: SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(worked_example, "make_clips", lambda folder, detector, seed: [])
    monkeypatch.setattr(worked_example, "record", made_up)
    monkeypatch.setattr(worked_example, "FACES", LABELS)
    code, out, err = monitor("study", "demo", tmp_path / "demo")
    assert code == 0, err
    assert "after minus before" in out
    names = {path.name for path in (tmp_path / "demo").iterdir()}
    assert {
        "study.toml",
        "study.db",
        "study.html",
        "shares.csv",
        "comparisons.csv",
        "order.csv",
        "sessions.csv",
    } <= names
    assert "Announcement" in (tmp_path / "demo" / "study.html").read_text(encoding="utf-8")
