"""`monitor models`: shipped and trained models, and damaged ones."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from monitor.cli import make_app
from monitor.errors import ArtifactError, RuntimeUnavailable
from monitor.model.artifact import Artifact
from monitor.model.reference import SAMPLES, Reference
from monitor.plugin.registry import Plugins


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(make_app(Plugins()), ["models", *map(str, words)])


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A copy of a shipped model, as if it had been trained here, and a damaged one."""
    shipped = next(each for each in json.loads(run("list", "--json").stdout) if each["name"] == "face-fusion")
    for name in ("good", "bad"):
        shutil.copytree(shipped["folder"], tmp_path / "runs" / name / "artifact")
    with (tmp_path / "runs" / "bad" / "artifact" / "model.onnx").open("ab") as file:
        file.write(b"x")
    return tmp_path / "runs"


def test_shipped_models_of_every_plugin_are_listed_and_in_order() -> None:
    listed = {each["name"]: each for each in json.loads(run("list", "--json").stdout)}
    assert {"face-fusion", "scene-sentiment", "affective-retrieval"} <= set(listed)
    assert listed["face-fusion"]["origin"] == "plugin face"
    text = run("list").stdout
    assert "accuracy 0.8" in text
    assert listed["face-fusion"]["sha256"][:12] in text
    assert run("verify").exit_code == 0


def test_trained_models_are_found_below_a_folder_and_damaged_ones_named(trained: Path) -> None:
    listed = json.loads(run("list", "--json", "--in", trained).stdout)
    mine = {Path(each["folder"]).parent.name: each for each in listed if each["origin"] == "trained"}
    assert mine["good"]["name"] == "face-fusion"
    assert "sha256" in mine["bad"]["problem"]
    assert "damaged" in run("list", "--in", trained).stdout
    verified = run("verify", "--in", trained)
    assert isinstance(verified.exception, ArtifactError)
    assert "bad" in str(verified.exception)
    assert "good" in verified.stdout
    assert run("verify", trained / "good" / "artifact").exit_code == 0


def test_one_model_is_shown_by_name_or_folder(trained: Path) -> None:
    shown = run("show", "scene-sentiment").stdout
    assert "licence: " in shown
    assert "metrics.accuracy: 0." in shown
    assert json.loads(run("show", trained / "good" / "artifact", "--json").stdout)["name"] == "face-fusion"
    for words, message in (
        (["face-fusio"], "did you mean 'face-fusion'"),
        (["face-fusion", "--in", trained], "2 models are called 'face-fusion'"),
        ([trained / "bad" / "artifact"], "was altered"),
        (["face-fusion", "--in", trained / "no"], "is not a folder"),
    ):
        assert message in str(run("show", *words).exception)


def test_a_model_that_settings_name_is_listed_with_them(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        f'[options.analyzers.face-fusion]\nartifact = "{trained / "good" / "artifact"}"\n'
    )
    (tmp_path / "empty").mkdir()
    listed = json.loads(run("list", "--json", "--in", tmp_path / "empty", "--config", tmp_path / "own.toml").stdout)
    assert "options of face-fusion" in [each["origin"] for each in listed]


def test_models_are_checked_with_every_runtime(artifact: Artifact) -> None:
    rows = json.loads(run("check", artifact.folder, "--runtime", "all", "--json").stdout)
    by_runtime = {row["runtime"]: row for row in rows}
    assert set(by_runtime) == set(Plugins().runtimes)
    for name in ("openvino", "onnxruntime"):
        row = by_runtime[name]
        assert (row["works"], row["is_close"], row["same_top"], row["reference"]) == (True, True, 1.0, "computed")
        assert row["difference"] < 1e-4
        assert row["batch_1_ms"] > 0
        assert row["batch_32_ms"] > 0
    assert all(row["why"] for row in rows if not row["works"])


def test_a_reference_is_made_and_a_model_that_answers_otherwise_is_an_error(artifact: Artifact) -> None:
    assert run("reference", artifact.folder).stdout.split() == [str(artifact.folder / "reference.npz")]
    result = run("check", artifact.folder)
    assert result.exit_code == 0
    assert ["tiny", "openvino", "yes"] in [line.split()[:3] for line in result.stdout.splitlines()]
    Reference((np.full((SAMPLES, 2), 0.5, np.float32),)).write(artifact)
    result = run("check", artifact.folder, "--json")
    assert isinstance(result.exception, ArtifactError)
    assert "tiny by openvino" in str(result.exception)
    assert [row["reference"] for row in json.loads(result.stdout)] == ["kept"]


def test_a_runtime_that_was_asked_for_and_does_not_work_is_an_error(
    artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    result = run("check", artifact.folder, "--runtime", "openvino")
    assert isinstance(result.exception, RuntimeUnavailable)
    assert "openvino does not load here" in result.stdout.replace("\n", " ")
    assert run("check", artifact.folder, "--runtime", "all").exit_code == 0
