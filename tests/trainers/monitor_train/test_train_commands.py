"""`monitor train face-expression` and `monitor evaluate face-expression` as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from monitor.cli import make_app
from monitor.plugins import Plugins
from monitor_face.expression import SHIPPED
from monitor_train import commands
from monitor_train.ferplus import DataError


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    return make_app(Plugins())


def test_the_shipped_model_is_measured_where_none_is_named(app: typer.Typer, easy_ferplus: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", "face-expression", "--data", str(easy_ferplus), "--json"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("{")
    figures = json.loads(result.stdout)
    assert figures["artifact"] == "face-expression 1"
    assert figures["pictures"] == 36
    assert "robustness" not in figures


def test_figures_are_printed_as_tables(app: typer.Typer, easy_ferplus: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", "face-expression", "--data", str(easy_ferplus)])
    assert result.exit_code == 0, result.output
    assert "average_recall" in result.output
    assert "pictures by truth and guess" in result.output


def test_the_options_reach_the_trainer(
    app: typer.Typer, easy_ferplus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor_train import face_expression

    called: dict[str, Any] = {}

    def train(data: Path, out: Path, settings: face_expression.Settings, **options: Any) -> Path:
        called.update(data=data, out=out, settings=settings, **options)
        return SHIPPED

    monkeypatch.setattr(face_expression, "train", train)
    arguments = ["train", "face-expression", "--data", str(easy_ferplus), "--out", str(tmp_path), "--epochs", "7"]
    arguments += ["--batch-size", "32", "--seed", "5", "--resume"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert called["settings"] == face_expression.Settings(epochs=7, batch_size=32, seed=5)
    assert called["resume"] is True
    assert called["out"] == tmp_path


def test_a_wrong_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"fer2013new\.csv is missing"):
        commands.evaluate_face_expression(tmp_path)


def test_importing_the_trainers_brings_in_no_torch() -> None:
    code = (
        "import sys, monitor_train.commands, monitor.plugins; monitor.plugins.Plugins().trainers; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'lightning', 'sklearn', 'mediapipe', 'cv2')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
