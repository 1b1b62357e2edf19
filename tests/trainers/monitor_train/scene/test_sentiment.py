"""The student learns, resumes where it stopped, listens to its teacher, and ends as an artifact to run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from monitor.errors import ConfigError
from monitor.model.artifact import Artifact
from monitor.model.picture_input import scene_picture
from monitor_scene.analyzer import SceneSentiment as Analyzer
from monitor_train.pictures import classifier as picture_classifier
from monitor_train.pictures.classifier import train_network
from monitor_train.pictures.export import TOLERANCE
from monitor_train.pictures.network import make_network
from monitor_train.pictures.settings import MEAN, Convention, Run, from_profile
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.scene.data import is_positive, read
from monitor_train.scene.evaluate import evaluate
from monitor_train.scene.probability_table import write_table
from monitor_train.scene.profile import PROFILES, Settings
from monitor_train.scene.sentiment import SceneSentiment, scene_pictures, train
from tests.trainers.monitor_train.checkpoints import assert_same_run
from tests.trainers.monitor_train.made_scenes import write_scenes
from tests.trainers.monitor_train.small_networks import small_network

QUICK = Settings(alpha=0.0, size=32, init="random", epochs=4, batch_size=8, learning_rate=0.02, average=0.8)


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    """A network that learns in seconds, and begins with wrong answers: its chance weights would give the right ones."""

    def wrong(*given: Any, **named: Any) -> nn.Module:
        network = small_network(*given, **named)
        with torch.no_grad():
            for parameter in network.classifier.parameters():
                parameter.neg_()
        return network

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picture_classifier, "make_network", wrong)
        yield


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("scenes"), ("positive", "negative"), 60)


@pytest.fixture(scope="module")
def trained(scenes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(DataSet(scenes, "folders"), QUICK, Run(tmp_path_factory.mktemp("run"), accelerator="cpu"))


def test_it_learns_and_the_manifest_repeats_the_evaluation(trained: Path, scenes: Path) -> None:
    figures = evaluate(trained, DataSet(scenes, "folders"))
    assert figures["accuracy"] > 0.9  # chance is one half
    manifest = Artifact.read(trained).manifest
    assert manifest.labels == ("positive", "negative")
    assert manifest.trainer == "scene-sentiment"
    assert manifest.metrics["test_data"] == "folders test, batch size 1"
    assert manifest.metrics["test_pictures"] == 24
    for name in ("accuracy", "auc", "f_positive", "f_macro", "calibration_error"):
        assert manifest.metrics[name] == pytest.approx(figures[name], abs=1e-4)
    assert manifest.metrics["auc_interval"] == pytest.approx(figures["auc_interval"], abs=1e-4)


def test_the_analyzer_loads_it(trained: Path) -> None:
    assert Analyzer(trained, "onnxruntime").labels == ("positive", "negative")


@pytest.mark.parametrize("convention", ["torchvision", "tensorflow"])
def test_the_compact_network_becomes_an_artifact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, convention: Convention
) -> None:
    """Two steps of a narrow MobileNetV2: the artifact says what torch says, and is checked on its way out."""
    few = write_scenes(tmp_path / "few", ("positive", "negative"), 12)
    monkeypatch.setattr(picture_classifier, "make_network", make_network)
    settings = replace(QUICK, width=0.25, epochs=1, learning_rate=1e-4, convention=convention)
    manifest = Artifact.read(train(DataSet(few, "folders"), settings, Run(tmp_path, accelerator="cpu"))).manifest
    assert manifest.mean == MEAN[convention]
    assert 0 <= float(manifest.metrics["parity_with_torch"]) <= TOLERANCE  # type: ignore[arg-type]


def test_what_is_trained_on_is_what_the_monitor_sees(scenes: Path) -> None:
    pictures = scene_pictures(DataSet(scenes, "folders"), replace(QUICK, size=20), None)
    source = read(DataSet(scenes, "folders"))["train"]
    np.testing.assert_array_equal(pictures.train.tensors[0][3].numpy(), scene_picture(source.read(3), 20))
    assert pictures.train.tensors[1].tolist() == is_positive(source).tolist()


def test_a_resumed_run_is_the_uninterrupted_one(scenes: Path, tmp_path: Path) -> None:
    """Stopped after the first of three epochs and continued, against three epochs in one go: the same weights."""
    settings = replace(QUICK, epochs=3)

    def run(kind: type[SceneSentiment], name: str, resume: bool = False) -> None:
        pictures = scene_pictures(DataSet(scenes, "folders"), settings, None)
        train_network(kind, 2, pictures, Run(tmp_path / name, resume=resume, accelerator="cpu"))

    run(SceneSentiment, "whole")

    class StopError(Exception):
        pass

    class Interrupted(SceneSentiment):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 1:
                raise StopError

    with pytest.raises(StopError):
        run(Interrupted, "halves")
    run(SceneSentiment, "halves", resume=True)
    assert_same_run(tmp_path / "whole", tmp_path / "halves", 30)


def test_time_can_end_a_run(scenes: Path, tmp_path: Path) -> None:
    settings = replace(QUICK, epochs=1000, minutes=0.01)
    train(DataSet(scenes, "folders"), settings, Run(tmp_path, accelerator="cpu"))
    last = torch.load(tmp_path / "last.ckpt", weights_only=True, map_location="cpu")
    assert 1 <= last["global_step"] < 5000
    assert last["seconds"] >= 0.6


def test_a_teacher_is_listened_to(trained: Path, scenes: Path, tmp_path: Path) -> None:
    """A table and an artifact are both teachers; alpha 0 hears none."""
    names = read(DataSet(scenes, "folders"))["train"].names
    write_table(tmp_path / "t.parquet", names, np.linspace(0, 1, len(names)))

    def said(teacher: Path | None, alpha: float) -> np.ndarray:
        pictures = scene_pictures(DataSet(scenes, "folders"), replace(QUICK, alpha=alpha), teacher)
        return pictures.train.tensors[2].numpy()

    np.testing.assert_allclose(said(tmp_path / "t.parquet", 1.0), np.linspace(0, 1, len(names)), atol=1e-6)
    by_artifact, labels = said(trained, 1.0), said(None, 0.0)
    assert set(labels) == {0.0, 1.0}
    assert ((by_artifact > 0.5) == labels).mean() > 0.8
    assert not np.array_equal(by_artifact, labels)


def test_a_teacher_must_be_there_and_know_the_pictures(scenes: Path, tmp_path: Path) -> None:
    settings = replace(QUICK, alpha=1.0)
    with pytest.raises(ConfigError, match="an alpha above 0 needs a --teacher"):
        train(DataSet(scenes, "folders"), settings, Run(tmp_path, accelerator="cpu"))
    write_table(tmp_path / "t.parquet", ["other.png"], np.array([0.5]))
    with pytest.raises(DataError, match=r"t\.parquet lacks 86 of 86 pictures"):
        train(DataSet(scenes, "folders"), settings, Run(tmp_path, accelerator="cpu"), teacher=tmp_path / "t.parquet")


def test_profiles() -> None:
    """Sizes of the paper, section 4.2.2."""
    paper = from_profile(PROFILES, "paper")
    assert (paper.architecture, paper.size, paper.batch_size) == ("resnet101", 255, 16)
    assert (paper.learning_rate, paper.alpha) == (1e-4, 1.0)
    assert (paper.weight_decay, paper.average) == (0.0, 0.0)  # neither is in the paper
    assert from_profile(PROFILES, "paper", epochs=3, minutes=None).epochs == 3
    assert 144 <= from_profile(PROFILES, "compact").size <= 160
    with pytest.raises(ConfigError, match="unknown profile 'papre'; did you mean 'paper'"):
        from_profile(PROFILES, "papre")
