"""Every combination of stages is trained once, measured on the target, and told in tables; the chain ends as an
artifact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
from scipy import stats

from monitor.errors import ConfigError
from monitor.model.artifact import Artifact
from monitor_face.expression.analyzer import FaceFusion
from monitor_train.pictures import classifier as picture_classifier
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataError
from monitor_train.pictures.weights import read_checkpoint
from monitor_train.staged import combinations
from monitor_train.staged.chain import Chain, Network, Stage, read_chain
from monitor_train.staged.combinations import Runs, compare, over_draws
from monitor_train.staged.data import training_faces
from tests.trainers.monitor_train.command_line import run
from tests.trainers.monitor_train.small_networks import small_network

CHAIN = """
[network]
architecture = "mobilenet_v2"

[[stages]]
name = "many"
data = "{data}"
epochs = 2
resolution = 32
learning_rate = 0.02

[[stages]]
name = "few"
data = "{data}"
split = "valid"
labels = "single"
pictures = 20
epochs = 2
resolution = 64
batch_size = 8
frozen = 1
"""


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    """A network that learns in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picture_classifier, "make_network", small_network)
        yield


@pytest.fixture(scope="module")
def chain(easy_ferplus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chain") / "chain.toml"
    path.write_text(CHAIN.format(data=easy_ferplus))
    return path


@pytest.fixture(scope="module")
def compared(chain: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("compared")
    return out, compare(read_chain(chain), Run(out, accelerator="cpu"), 2)


def test_each_combination_is_measured_on_the_targets_test_set(compared: tuple[Path, dict[str, Any]]) -> None:
    out, figures = compared
    assert list(figures["rows"]) == ["few", "many+few"]
    assert figures["test_pictures"] == 20
    assert {path.name for path in out.iterdir() if path.is_dir()} == {
        "many", "few, draw 0", "few, draw 1", "many+few, draw 0", "many+few, draw 1",
    }  # fmt: skip
    for name, row in figures["rows"].items():
        assert np.sum(row["confusion"]) == 2 * 20
        each = [json.loads((out / f"{name}, draw {draw}" / "figures.json").read_text()) for draw in (0, 1)]
        assert row["accuracy"]["draws"] == [one["accuracy"] for one in each]
    assert figures["rows"]["few"]["gain"]["draws"] == [0, 0]
    gains = np.subtract(*(figures["rows"][name]["accuracy"]["draws"] for name in ("many+few", "few")))
    np.testing.assert_allclose(figures["rows"]["many+few"]["gain"]["draws"], gains)
    assert figures["classes"]["many"]["neutral"] == figures["classes"]["test"]["surprise"] == 0.5


def test_frozen_layers_and_their_norms_stay_as_the_stage_before_left_them(
    compared: tuple[Path, dict[str, Any]],
) -> None:
    out, _ = compared
    before, after = (read_checkpoint(out / name / "best.ckpt")["state_dict"] for name in ("many", "many+few, draw 0"))
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed == {"network.classifier.weight", "network.classifier.bias"}


def test_what_is_finished_is_not_trained_again(
    compared: tuple[Path, dict[str, Any]], chain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, figures = compared
    monkeypatch.setattr(combinations, "train_network", None)
    assert compare(read_chain(chain), Run(out, accelerator="cpu"), 2) == figures
    other = read_chain(chain)
    with pytest.raises(ConfigError, match=r"was begun with stages .*; name another --out"):
        Runs(other.model_copy(update={"stages": other.stages[:1]}), Run(out))


def test_the_command_prints_tables_and_draws_figures(
    compared: tuple[Path, dict[str, Any]], chain: Path, app: typer.Typer
) -> None:
    out, figures = compared
    printed = run(app, "ablation", "staged-transfer", chain, "--out", out, "--draws", 2, "--accelerator", "cpu").output
    row = figures["rows"]["many+few"]
    low, high = row["accuracy"]["interval"]
    assert f"| many+few | {100 * row['accuracy']['mean']:.1f} % ({100 * low:.1f} to {100 * high:.1f})" in printed
    assert "| share of the pictures, % | neutral" in printed
    assert (out / "stages.md").read_text() in printed
    assert all((out / name).stat().st_size > 10_000 for name in ("confusions.png", "classes.png"))


def test_the_chain_becomes_an_artifact_that_the_analyzer_loads(
    compared: tuple[Path, dict[str, Any]], chain: Path, app: typer.Typer
) -> None:
    out, figures = compared
    assert f"artifact: {out / 'artifact'}" in run(app, "train", "staged-transfer", chain, "--out", out).output
    manifest = Artifact.read(out / "artifact").manifest
    assert manifest.input_shape == (3, 64, 64)
    assert manifest.metrics["accuracy"] == pytest.approx(figures["rows"]["many+few"]["accuracy"]["draws"][0], abs=0.03)
    assert FaceFusion(out / "artifact").labels == manifest.labels


def test_draws_are_other_pictures_and_the_same_every_time(chain: Path) -> None:
    few, labels = read_chain(chain).stages[1], Network().labels
    one, other, again = (training_faces(few, labels, seed) for seed in (0, 1, 0))
    assert len(one) == 20
    assert torch.equal(one.tensors[0], again.tensors[0])
    assert not torch.equal(one.tensors[0], other.tensors[0])
    assert set(one.tensors[1].unique().tolist()) == {0.0, 1.0}
    many = training_faces(read_chain(chain).stages[0], labels, 0)
    pictures, shares = many.tensors
    assert (len(many), pictures.shape[1]) == (96, 32)
    np.testing.assert_allclose(shares.unique(), [0.0, 0.2, 0.8], atol=1e-6)
    with pytest.raises(DataError, match="stage few: 99 pictures are to be drawn, and there are 32"):
        training_faces(few.model_copy(update={"pictures": 99}), labels, 0)


def test_the_seven_emotions_leave_contempt_out(portraits: Path) -> None:
    stage = Stage(name="a", data=portraits, format="folders")
    chain = Chain(network=Network(classes="seven"), stages=(stage,))
    faces = training_faces(stage, chain.network.labels, 0)
    shares = faces.tensors[1]
    assert shares.shape == (60, 7)
    assert shares.sum(0).tolist() == [20, 20, 20, 0, 0, 0, 0]


def test_intervals_of_draws_are_those_of_student() -> None:
    values = [0.5, 0.6, 0.55]
    found = over_draws(values)
    half = stats.t.ppf(0.975, 2) * np.std(values, ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(found["interval"], [0.55 - half, 0.55 + half])
    assert over_draws([0.5]) == {"mean": 0.5, "draws": [0.5]}
