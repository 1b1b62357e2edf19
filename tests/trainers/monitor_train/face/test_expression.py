"""Training learns, resumes where it stopped, and ends with an artifact that the analyzer loads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
from torchvision.models import ResNet18_Weights, resnet18

from monitor.errors import ConfigError
from monitor.model.artifact import Artifact
from monitor_face.expression.analyzer import FaceFusion
from monitor_train.face import expression as face_expression
from monitor_train.face.evaluate import evaluate
from monitor_train.face.expression import (
    FaceExpression,
    Settings,
    begin_with,
    draw_weights,
    face_pictures,
    fit,
    train,
)
from monitor_train.face.ferplus import LABELS
from monitor_train.face.fusion_network import FusionNetwork
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.settings import Run
from monitor_train.pictures.training import drawn
from monitor_train.pictures.weights import read_checkpoint
from tests.trainers.monitor_train.checkpoints import assert_same_run
from tests.trainers.monitor_train.conftest import TINY

pytestmark = pytest.mark.usefixtures("tiny")

QUICK = Settings(profile="tiny", epochs=6, batch_size=16, learning_rate=0.4, average=0.9, balance=0.0)


@pytest.fixture(scope="module")
def discs(easy_ferplus: Path, tmp_path_factory: pytest.TempPathFactory) -> FaceSet:
    return FaceSet(easy_ferplus, "ferplus", tmp_path_factory.mktemp("meshes"))


@pytest.fixture(scope="module")
def trained(discs: FaceSet, tiny: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(discs, QUICK, Run(tmp_path_factory.mktemp("run"), accelerator="cpu"))


def test_it_learns(trained: Path, discs: FaceSet) -> None:
    """Two classes of equal size: chance is one half."""
    assert evaluate(trained, discs)["accuracy"] > 0.9


def test_the_artifact_tells_how_it_was_made(trained: Path, discs: FaceSet) -> None:
    manifest = Artifact.read(trained).manifest
    assert manifest.labels == LABELS
    assert manifest.trainer == "face-expression"
    assert manifest.input_shape == (1, 64, 64)
    assert manifest.metrics["test_pictures"] == 20
    assert manifest.metrics["duplicates_left_out"] == 4
    assert manifest.metrics["accuracy"] == pytest.approx(evaluate(trained, discs)["accuracy"], abs=1e-4)
    assert "FER+" in manifest.training_data
    assert sum(path.stat().st_size for path in trained.iterdir()) <= 12 * 2**20


def test_the_analyzer_loads_it(trained: Path) -> None:
    assert FaceFusion(trained, "onnxruntime").labels == LABELS


def test_a_resumed_run_is_the_uninterrupted_one(discs: FaceSet, tmp_path: Path) -> None:
    """Stopped after the first of two epochs and continued, against two epochs in one go: the same weights."""
    settings = replace(QUICK, epochs=2)
    fit(discs, settings, Run(tmp_path / "whole", accelerator="cpu"))

    class StopError(Exception):
        pass

    class Interrupted(FaceExpression):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 1:
                raise StopError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_expression, "FaceExpression", Interrupted)
        with pytest.raises(StopError):
            fit(discs, settings, Run(tmp_path / "halves", accelerator="cpu"))
    fit(discs, settings, Run(tmp_path / "halves", resume=True, accelerator="cpu"))
    assert_same_run(tmp_path / "whole", tmp_path / "halves", 12)


def test_time_can_end_a_run(discs: FaceSet, tmp_path: Path) -> None:
    fit(discs, replace(QUICK, epochs=1000, minutes=0.01), Run(tmp_path, accelerator="cpu"))
    last = read_checkpoint(tmp_path / "last.ckpt")
    assert 1 <= last["global_step"] < 6 * 1000
    assert last["seconds"] >= 0.6


def test_a_run_can_begin_with_other_weights(discs: FaceSet, trained: Path, tmp_path: Path) -> None:
    """Those of a run that has learnt, and without learning any more."""
    start = trained.parent / "best.ckpt"
    settings = replace(QUICK, epochs=1, learning_rate=0.0, average=0.0)
    after = read_checkpoint(fit(discs, settings, Run(tmp_path, accelerator="cpu"), start=start))
    for name, value in read_checkpoint(start)["state_dict"].items():
        if name.endswith(("weight", "bias", "share")):
            assert torch.equal(after["state_dict"][name], value), name


def test_weights_of_another_profile_are_no_beginning(discs: FaceSet, trained: Path, tmp_path: Path) -> None:
    start = trained.parent / "best.ckpt"
    with pytest.raises(
        ConfigError, match=r"best\.ckpt is of another network or profile: its network\.\S+ does not fit"
    ):
        fit(discs, Settings(profile="compact", epochs=1), Run(tmp_path, accelerator="cpu"), start=start)


def test_a_finished_model_is_a_beginning(fusion_model: tuple[FusionNetwork, Artifact], tmp_path: Path) -> None:
    network, artifact = fusion_model
    model = FaceExpression({"profile": "tiny"}, ("c", "a")).eval()
    begin_with(model, artifact.folder)
    pictures = torch.rand(4, 1, 64, 64)
    with torch.inference_mode():
        expected = network.image((pictures - TINY.mean) / TINY.std)[:, [2, 0]]
        np.testing.assert_allclose(model(pictures), expected, rtol=1e-3)  # artifacts keep half precision
    with pytest.raises(ConfigError, match="does not know the class 'fear'; it knows a, b, c"):
        begin_with(FaceExpression({"profile": "tiny"}, ("a", "fear")), artifact.folder)
    with pytest.raises(ConfigError, match="is of another network or profile"):
        begin_with(FaceExpression({"profile": "compact"}, ("a", "b")), artifact.folder)


def test_the_same_seed_draws_the_same_pictures(discs: FaceSet) -> None:
    def batches(seed: int) -> list[np.ndarray]:
        data = face_pictures(discs, replace(QUICK, seed=seed))
        return [batch[0].numpy() for batch in data.train_dataloader()]

    first, again, other = batches(0), batches(0), batches(1)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("balance", [0.0, 0.35, 1.0])
def test_rare_classes_are_drawn_more_often(balance: float) -> None:
    """The share of a class is its size to the power of 1 - balance, against all classes'."""
    labels = torch.tensor([0] * 800 + [1] * 150 + [3] * 50)
    weights = draw_weights(labels, balance)
    seen = torch.cat([labels[batch] for seed in range(20) for batch in drawn(weights, 100, seed)])
    sizes = np.array([800, 150, 50]) ** (1 - balance)
    shares = [float((seen == label).float().mean()) for label in (0, 1, 3)]
    np.testing.assert_allclose(shares, sizes / sizes.sum(), atol=0.02)


def test_imagenet_weights_are_of_the_papers_profile_only(discs: FaceSet, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--imagenet: there are no ImageNet weights for the profile compact"):
        fit(discs, Settings(profile="compact", imagenet=True), Run(tmp_path, accelerator="cpu"))


def test_a_trunk_begins_with_imagenet_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that torchvision hands out do not count the batches of their norms."""
    published = {name: value for name, value in resnet18().state_dict().items() if "num_batches" not in name}
    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", lambda *_, **__: published)
    model = FaceExpression({"profile": "paper", "imagenet": True}, ("a", "b"))
    model.begin()
    own = model.network.trunk.state_dict()
    assert all(torch.equal(own[name], value) for name, value in published.items() if not name.startswith("fc."))

    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no route")

    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", unreachable)
    with pytest.raises(ConfigError, match=r"cannot download the weights of resnet18 .*; leave out --imagenet"):
        model.begin()
