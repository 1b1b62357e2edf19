"""The speed with and without telling people apart, of a recording in which nobody is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.commands.bench.timing import Spread
from monitor.plugin.registry import Plugins
from monitor.settings import load_settings
from monitor.store import Store
from monitor_people.bench import speed
from monitor_people.bench.actors import Actor
from monitor_people.bench.command import print_speed
from monitor_people.bench.edited import Shot, write_recording
from monitor_people.bench.looks import Look
from monitor_people.face_measures import NAME


def test_a_recording_is_analysed_with_and_without_people(
    coloured: list[Actor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an analyzer of whole frames, in turn, once more each before."""
    used: list[bool] = []
    run = speed._analysed

    def noted(recording: str, settings: object, plugins: Plugins, models: object) -> object:
        used.append("people" in plugins.sinks and NAME in plugins.analyzers)
        return run(recording, settings, plugins, models)  # type: ignore[arg-type]

    monkeypatch.setattr(speed, "_analysed", noted)
    path = tmp_path / "colours.mp4"
    write_recording(path, coloured, [Shot(0, 0.0, 1.0, 0.0, Look())])
    settings = load_settings(analyzers=["scene-sentiment"], store=str(tmp_path / "bench.db"))
    ratios = speed.speed_with_people(str(path), settings, 2)
    assert used == [True, False, True, False, False, True]
    assert all(0 < ratios[kind].least <= ratios[kind].most for kind in ("speed", "thrift"))
    with Store(settings.store) as store:
        assert [session.state for session in store.sessions()] == ["finished"] * 6


def test_ratios_are_printed_with_their_ranges(capsys: pytest.CaptureFixture[str]) -> None:
    ratios = {"speed": Spread(0.94, 0.9, 0.96), "thrift": Spread(0.93, 0.92, 0.95)}
    print_speed(ratios, json=False)
    assert capsys.readouterr().out.splitlines() == [
        "with people, of the speed without: 0.94 (0.90 to 0.96)",
        "processor time without people, of that with: 0.93 (0.92 to 0.95)",
    ]
    print_speed(ratios, json=True)
    assert json.loads(capsys.readouterr().out)["speed"] == {"median": 0.94, "least": 0.9, "most": 0.96}
