"""Training learns, resumes where it stopped, and ends with an artifact that the analyzer loads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from monitor.artifact import Artifact
from monitor.errors import ConfigError
from monitor_face.expression import FaceFusion
from monitor_train.face import expression as face_expression
from monitor_train.face.evaluate import evaluate
from monitor_train.face.expression import (
    FaceExpression,
    FacePictures,
    Settings,
    draw_weights,
    drawn_batches,
    fit,
    train,
)
from monitor_train.face.ferplus import LABELS
from monitor_train.face.training_faces import DataSet
from monitor_train.weights import read_checkpoint
from tests.trainers.monitor_train.checkpoints import assert_same_run

pytestmark = pytest.mark.usefixtures("one_thread", "tiny")

QUICK = Settings("tiny", epochs=6, batch_size=16, learning_rate=0.4, average=0.9, balance=0.0)


@pytest.fixture(scope="module")
def discs(easy_ferplus: Path, tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return DataSet(easy_ferplus, "ferplus", tmp_path_factory.mktemp("meshes"))


@pytest.fixture(scope="module")
def trained(discs: DataSet, one_thread: None, tiny: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(discs, tmp_path_factory.mktemp("run"), QUICK, accelerator="cpu")


def test_it_learns(trained: Path, discs: DataSet) -> None:
    """Two classes of equal size: chance is one half."""
    assert evaluate(trained, discs)["accuracy"] > 0.9


def test_the_artifact_tells_how_it_was_made(trained: Path, discs: DataSet) -> None:
    manifest = Artifact.read(trained).manifest
    assert manifest.labels == LABELS
    assert manifest.trainer == "face-expression"
    assert manifest.input_shape == (1, 64, 64)
    assert manifest.metrics["test_pictures"] == 36
    assert manifest.metrics["duplicates_left_out"] == 4
    assert manifest.metrics["accuracy"] == pytest.approx(evaluate(trained, discs)["accuracy"], abs=1e-4)
    assert "FER+" in manifest.training_data
    assert sum(path.stat().st_size for path in trained.iterdir()) <= 12 * 2**20


def test_the_analyzer_loads_it(trained: Path) -> None:
    assert FaceFusion(trained, "onnxruntime").labels == LABELS


def test_a_resumed_run_is_the_uninterrupted_one(discs: DataSet, tmp_path: Path) -> None:
    """Stopped after the first of two epochs and continued, against two epochs in one go: the same weights."""
    settings = replace(QUICK, epochs=2)
    fit(discs, tmp_path / "whole", settings, accelerator="cpu")

    class StopError(Exception):
        pass

    class Interrupted(FaceExpression):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 1:
                raise StopError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_expression, "FaceExpression", Interrupted)
        with pytest.raises(StopError):
            fit(discs, tmp_path / "halves", settings, accelerator="cpu")
    fit(discs, tmp_path / "halves", settings, resume=True, accelerator="cpu")
    assert_same_run(tmp_path / "whole", tmp_path / "halves", 32)


def test_time_can_end_a_run(discs: DataSet, tmp_path: Path) -> None:
    fit(discs, tmp_path, replace(QUICK, epochs=1000, minutes=0.01), accelerator="cpu")
    last = read_checkpoint(tmp_path / "last.ckpt")
    assert 1 <= last["global_step"] < 16 * 1000
    assert last["seconds"] >= 0.6


def test_a_run_can_begin_with_other_weights(discs: DataSet, trained: Path, tmp_path: Path) -> None:
    """Those of a run that has learnt, and without learning any more."""
    start = trained.parent / "best.ckpt"
    settings = replace(QUICK, epochs=1, learning_rate=0.0, average=0.0)
    after = read_checkpoint(fit(discs, tmp_path, settings, start=start, accelerator="cpu"))
    for name, value in read_checkpoint(start)["state_dict"].items():
        if name.endswith(("weight", "bias", "share")):
            assert torch.equal(after["state_dict"][name], value), name


def test_weights_of_another_profile_are_no_beginning(discs: DataSet, trained: Path, tmp_path: Path) -> None:
    start = trained.parent / "best.ckpt"
    with pytest.raises(
        ConfigError, match=r"best\.ckpt is of another network or profile: its network\.\S+ does not fit"
    ):
        fit(discs, tmp_path, Settings("compact", epochs=1), start=start, accelerator="cpu")


def test_the_same_seed_draws_the_same_pictures(discs: DataSet) -> None:
    def batches(seed: int) -> list[np.ndarray]:
        data = FacePictures(discs, replace(QUICK, seed=seed))
        data.setup("fit")
        return [batch[0].numpy() for batch in data.train_dataloader()]

    first, again, other = batches(0), batches(0), batches(1)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("balance", [0.0, 0.35, 1.0])
def test_rare_classes_are_drawn_more_often(balance: float) -> None:
    """The share of a class is its size to the power of 1 - balance, against all classes'."""
    labels = torch.tensor([0] * 800 + [1] * 150 + [3] * 50)
    weights = draw_weights(labels, balance)
    pictures = torch.utils.data.TensorDataset(labels)
    drawn = torch.cat([batch[0] for seed in range(20) for batch in drawn_batches(pictures, weights, 100, seed)])
    sizes = np.array([800, 150, 50]) ** (1 - balance)
    shares = [float((drawn == label).float().mean()) for label in (0, 1, 3)]
    np.testing.assert_allclose(shares, sizes / sizes.sum(), atol=0.02)


def test_imagenet_weights_are_of_the_papers_profile_only(discs: DataSet, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--imagenet: there are no ImageNet weights for the profile compact"):
        fit(discs, tmp_path, Settings("compact", imagenet=True), accelerator="cpu")
