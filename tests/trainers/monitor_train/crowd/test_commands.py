"""The commands: what they pass on, and what they print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from monitor_train.crowd import comparison, training
from monitor_train.pictures.settings import Run
from tests.trainers.monitor_train.command_line import Spy, run


def test_train_takes_the_profile_and_what_is_given(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "artifact").mkdir()
    (tmp_path / "artifact" / "manifest.json").write_text(json.dumps({"metrics": {"accuracy": 0.5}}))
    spy = Spy(tmp_path / "artifact")
    monkeypatch.setattr(training, "train", spy)
    out = run(app, "train", "crowd-vgg16", "--data", "faces", "--out", "o", "--profile", "paper", "--hard", "--seed", 3)
    ((source, settings, own), _) = spy.calls[0]
    assert (source.data, source.format, own) == (Path("faces"), "crowd", Run(Path("o")))
    assert (settings.architecture, settings.frozen, settings.hard, settings.seed) == ("vgg16", True, True, 3)
    assert (settings.size, settings.per_class) == (224, 300)
    assert "0.5000" in out.output


def test_the_ablation_prints_and_keeps_its_table(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"labels": [0.9, 0.8, 1.0], "accuracy": [0.5, 0.4, 0.6]}
    found = {"training": "t", "draws": 2, "data": "d", "rows": {"majority, hard": row}, "gain": row}
    spy = Spy(found)
    monkeypatch.setattr(comparison, "compare", spy)
    (tmp_path / "o").mkdir()
    out = run(
        app, "ablation", "crowd-vgg16", "--data", "fer", "--out", tmp_path / "o", "--method", "mace", "--epochs", 2
    )
    assert "50.0 (40.0 to 60.0)" in " ".join(out.output.split())
    assert json.loads((tmp_path / "o" / "ablation.json").read_text()) == found
    ((_, settings, _), options) = spy.calls[0]
    assert (settings.epochs, options["method"], options["draw"]) == (2, "mace", "votes")
