"""The student learns, resumes where it stopped, listens to its teacher, and ends as an artifact to run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from monitor.artifact import Artifact
from monitor.errors import ConfigError
from monitor.scene_picture import scene_picture
from monitor_scene.sentiment import SceneSentiment as Analyzer
from monitor_train.export import TOLERANCE
from monitor_train.scene import training as scene_training
from monitor_train.scene.data import read
from monitor_train.scene.evaluate import evaluate
from monitor_train.scene.network import MEAN, Convention, make_network
from monitor_train.scene.profile import Settings, profile
from monitor_train.scene.sentiment import ScenePictures, SceneSentiment, train
from monitor_train.scene.table import write_table
from monitor_train.scene.training import fit
from monitor_train.splits import DataError
from tests.trainers.monitor_train.checkpoints import assert_same_run
from tests.trainers.monitor_train.made_scenes import write_scenes
from tests.trainers.monitor_train.small_networks import small_network

QUICK = Settings(alpha=0.0, size=32, init="random", epochs=4, batch_size=8, learning_rate=0.02, average=0.8)


@pytest.fixture(autouse=True, scope="module")
def _small(one_thread: None) -> Iterator[None]:
    """A network that learns in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene_training, "make_network", small_network)
        yield


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("scenes"), ("positive", "negative"), 60)


@pytest.fixture(scope="module")
def trained(scenes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(scenes, "folders", tmp_path_factory.mktemp("run"), QUICK, accelerator="cpu")


def test_it_learns_and_the_manifest_repeats_the_evaluation(trained: Path, scenes: Path) -> None:
    figures = evaluate(trained, scenes, "folders")
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
    scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, convention: Convention
) -> None:
    """One short epoch of a narrow MobileNetV2: the artifact says what torch says, and is checked on its way out."""
    monkeypatch.setattr(scene_training, "make_network", make_network)
    settings = replace(QUICK, width=0.25, epochs=1, learning_rate=1e-4, convention=convention)
    manifest = Artifact.read(train(scenes, "folders", tmp_path, settings, accelerator="cpu")).manifest
    assert manifest.mean == MEAN[convention]
    assert 0 <= float(manifest.metrics["parity_with_torch"]) <= TOLERANCE  # type: ignore[arg-type]


def test_what_is_trained_on_is_what_the_monitor_sees(scenes: Path) -> None:
    pictures = ScenePictures(scenes, "folders", None, replace(QUICK, size=20))
    pictures.setup("fit")
    source = read(scenes, "folders")["train"]
    np.testing.assert_array_equal(pictures.train.tensors[0][3].numpy(), scene_picture(source.read(3), 20))
    assert pictures.train.tensors[1].tolist() == source.positive.tolist()


def test_a_resumed_run_is_the_uninterrupted_one(scenes: Path, tmp_path: Path) -> None:
    """Stopped after the first of three epochs and continued, against three epochs in one go: the same weights."""
    settings = replace(QUICK, epochs=3)

    def run(kind: type[SceneSentiment], name: str, resume: bool = False) -> None:
        pictures = ScenePictures(scenes, "folders", None, settings)
        fit(kind, 2, pictures, tmp_path / name, resume=resume, accelerator="cpu")

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
    train(scenes, "folders", tmp_path, settings, accelerator="cpu")
    last = torch.load(tmp_path / "last.ckpt", weights_only=True, map_location="cpu")
    assert 1 <= last["global_step"] < 5000
    assert last["seconds"] >= 0.6


def test_a_teacher_is_listened_to(trained: Path, scenes: Path, tmp_path: Path) -> None:
    """A table and an artifact are both teachers; alpha 0 hears none."""
    names = read(scenes, "folders")["train"].names
    write_table(tmp_path / "t.parquet", names, np.linspace(0, 1, len(names)))

    def said(teacher: Path | None, alpha: float) -> np.ndarray:
        pictures = ScenePictures(scenes, "folders", teacher, replace(QUICK, alpha=alpha))
        pictures.setup("fit")
        return pictures.train.tensors[2].numpy()

    np.testing.assert_allclose(said(tmp_path / "t.parquet", 1.0), np.linspace(0, 1, len(names)), atol=1e-6)
    by_artifact, labels = said(trained, 1.0), said(None, 0.0)
    assert set(labels) == {0.0, 1.0}
    assert ((by_artifact > 0.5) == labels).mean() > 0.8
    assert not np.array_equal(by_artifact, labels)


def test_a_teacher_must_be_there_and_know_the_pictures(scenes: Path, tmp_path: Path) -> None:
    settings = replace(QUICK, alpha=1.0)
    with pytest.raises(ConfigError, match="an alpha above 0 needs a --teacher"):
        train(scenes, "folders", tmp_path, settings, accelerator="cpu")
    write_table(tmp_path / "t.parquet", ["other.png"], np.array([0.5]))
    with pytest.raises(DataError, match=r"t\.parquet lacks 86 of 86 pictures"):
        train(scenes, "folders", tmp_path, settings, teacher=tmp_path / "t.parquet", accelerator="cpu")


def test_there_must_be_something_to_resume(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--resume: .*last\.ckpt is missing"):
        train(scenes, "folders", tmp_path, QUICK, resume=True, accelerator="cpu")


def test_profiles() -> None:
    """Sizes of the paper, section 4.2.2."""
    paper = profile("paper")
    assert (paper.architecture, paper.size, paper.batch_size) == ("resnet101", 255, 16)
    assert (paper.learning_rate, paper.alpha) == (1e-4, 1.0)
    assert (paper.weight_decay, paper.average) == (0.0, 0.0)  # neither is in the paper
    assert profile("paper", epochs=3, minutes=None).epochs == 3
    assert 144 <= profile("compact").size <= 160
    with pytest.raises(ConfigError, match="unknown profile 'papre'; did you mean 'paper'"):
        profile("papre")
