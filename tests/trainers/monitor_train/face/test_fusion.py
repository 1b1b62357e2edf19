"""Landmark fusion learns from landmarks, resumes where it stopped, and ends with an artifact the analyzer loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from timm.optim import AdaBelief

from monitor.errors import ConfigError
from monitor.model.artifact import Artifact
from monitor.testing import check_analyzer
from monitor_face.expression.analyzer import FaceFusion as Analyzer
from monitor_face.expression.heatmap import heatmaps
from monitor_train.face import fusion as face_fusion
from monitor_train.face.evaluate import evaluate
from monitor_train.face.expression import FaceExpression
from monitor_train.face.fusion import (
    FaceFusion,
    FrozenFeatures,
    FusionData,
    Settings,
    extract_features,
    fit,
    read_image,
    train,
)
from monitor_train.face.training_faces import FaceSet, split_views
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataError
from monitor_train.pictures.weights import read_checkpoint

pytestmark = pytest.mark.usefixtures("tiny")

QUICK = Settings(profile="tiny", epochs=12, batch_size=10, views=3, learning_rate=8e-3, balance=0.0)
CPU = torch.device("cpu")
NAMES = ("happiness", "neutral", "surprise")


@pytest.fixture(scope="module")
def trained(portrait_set: FaceSet, image_branch: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(portrait_set, image_branch, QUICK, Run(tmp_path_factory.mktemp("fusion"), accelerator="cpu"))


@pytest.fixture(scope="module")
def branch(portrait_set: FaceSet, image_branch: Path) -> FaceExpression:
    return read_image(image_branch, portrait_set, QUICK)


@pytest.fixture(scope="module")
def seen(branch: FaceExpression, portrait_set: FaceSet) -> FrozenFeatures:
    return extract_features(branch, portrait_set, QUICK, CPU)


@pytest.fixture(scope="module")
def figures(trained: Path, portrait_set: FaceSet) -> dict[str, Any]:
    return evaluate(trained, portrait_set)


def test_it_learns(figures: dict[str, Any]) -> None:
    """Three classes of equal size: chance is one third."""
    assert figures["accuracy"] > 0.8
    assert figures["fusion"]["landmark_accuracy"] > 0.8
    assert sum(figures["fusion"]["who_is_right"].values()) == figures["pictures"] == 24
    assert figures["without_landmarks"] == 0


def test_the_artifact_tells_how_it_was_made(trained: Path, figures: dict[str, Any]) -> None:
    artifact = Artifact.read(trained)
    manifest = artifact.manifest
    assert manifest.name == manifest.trainer == "face-fusion"
    assert manifest.input_shape == (2, 64, 64)
    assert manifest.mean[1] == 0
    assert manifest.std[1] == 1
    assert manifest.labels == NAMES
    assert manifest.metrics["accuracy"] == pytest.approx(figures["accuracy"], abs=1e-4)
    assert float(manifest.metrics["parity_with_torch"]) <= 5e-3  # type: ignore[arg-type]


def test_the_analyzer_loads_it_and_keeps_its_contract(trained: Path) -> None:
    check_analyzer(Analyzer(trained, "onnxruntime"))


def test_the_image_branch_is_the_one_that_was_given(trained: Path, image_branch: Path) -> None:
    given = read_checkpoint(image_branch)["state_dict"]
    kept = read_checkpoint(trained.parent / "best.ckpt")["state_dict"]
    for name, value in given.items():
        assert torch.equal(kept[name.replace("network.", "network.image.", 1)], value), name


def test_a_resumed_run_is_the_uninterrupted_one(branch: FaceExpression, seen: FrozenFeatures, tmp_path: Path) -> None:
    """Stopped after the first of three epochs and continued, against three epochs in one go: the same weights."""
    settings = replace(QUICK, epochs=3)
    fit(branch, seen, settings, Run(tmp_path / "whole", accelerator="cpu"))

    class StopError(Exception):
        pass

    class Interrupted(FaceFusion):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 1:
                raise StopError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_fusion, "FaceFusion", Interrupted)
        with pytest.raises(StopError):
            fit(branch, seen, settings, Run(tmp_path / "halves", accelerator="cpu"))
    fit(branch, seen, settings, Run(tmp_path / "halves", resume=True, accelerator="cpu"))

    whole, halves = (read_checkpoint(tmp_path / name / "last.ckpt") for name in ("whole", "halves"))
    assert whole["global_step"] == halves["global_step"] == 18
    for name, value in whole["state_dict"].items():
        torch.testing.assert_close(halves["state_dict"][name], value, msg=lambda text, name=name: f"{name}: {text}")


@pytest.mark.parametrize("keep", [True, False])
def test_the_image_part_of_the_merging_is_kept_or_learnt(
    branch: FaceExpression, seen: FrozenFeatures, tmp_path: Path, keep: bool
) -> None:
    best = fit(branch, seen, replace(QUICK, epochs=1, keep_image=keep), Run(tmp_path, accelerator="cpu"))
    learnt = read_checkpoint(best)["state_dict"]
    for part in ("weight", "bias"):
        before = getattr(branch.network.classify, part)
        assert torch.equal(learnt[f"network.merge_image.{part}"], before) == keep
    assert learnt["network.merge_landmark.weight"].abs().sum() > 0


def test_the_image_branch_looks_at_several_views_of_every_face(
    seen: FrozenFeatures, branch: FaceExpression, portrait_set: FaceSet
) -> None:
    length = branch.network.amend.features
    assert seen.features.shape == (3, 60, length)
    assert seen.landmarks.shape == (3, 60, 37, 2)
    assert seen.without_landmarks == 0
    assert seen.labels.bincount().tolist() == [20, 20, 20]
    for view in (1, 2):
        assert (seen.features[view] - seen.features[0]).abs().mean() > 0
        assert (seen.landmarks[view] - seen.landmarks[0]).abs().mean() > 1
    again = extract_features(branch, portrait_set, QUICK, CPU)
    assert torch.equal(again.features, seen.features)
    assert torch.equal(again.landmarks, seen.landmarks)

    faces, views = split_views(portrait_set, "valid", branch.profile)
    features, landmarks, votes, majority = seen.valid.tensors
    with torch.inference_mode():
        pictures = torch.from_numpy(views.pictures).float() / 255
        expected = branch.network.features((pictures - branch.profile.mean) / branch.profile.std)
    torch.testing.assert_close(features, expected, atol=1e-4, rtol=1e-4)
    np.testing.assert_array_equal(landmarks, views.landmarks)
    np.testing.assert_array_equal(votes, faces.votes)
    assert majority.all()


def test_epochs_take_the_views_in_turn(seen: FrozenFeatures) -> None:
    data = FusionData(seen, QUICK)

    class Trainer:
        current_epoch = 0

    data.trainer = Trainer()  # type: ignore[assignment]
    for epoch in (0, 1, 2, 3, 7):
        data.trainer.current_epoch = epoch  # type: ignore[misc]
        features = torch.cat([batch[0] for batch in data.train_dataloader()])
        known = {tuple(each.tolist()) for each in seen.features[epoch % 3]}
        assert {tuple(each.tolist()) for each in features} <= known
        assert len(features) == 60


def test_the_loss_is_the_sum_of_both_cross_entropies(seen: FrozenFeatures, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against shares of votes, worked out with logarithms (equation 3)."""
    torch.manual_seed(0)
    module = FaceFusion(asdict(replace(QUICK, jitter=0.0)), NAMES).eval()
    monkeypatch.setattr(module, "log", lambda *_, **__: None)
    votes = torch.tensor([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])
    features, landmarks = seen.features[0, :3], seen.landmarks[0, :3]
    dots = torch.from_numpy(heatmaps(landmarks.numpy(), 64))[:, None].float() / 255
    with torch.inference_mode():
        torch.testing.assert_close(module.heatmaps(landmarks), dots)
        answers = module.network.answers(features, dots)
        loss = module.training_step((features, landmarks, votes), 0)
    expected = sum(-(votes * each.softmax(1).log()).sum(1).mean() for each in (answers.merged, answers.landmark))
    torch.testing.assert_close(loss, expected)


def test_it_learns_with_the_paper_optimizer() -> None:
    settings = Settings(profile="tiny")
    assert (settings.batch_size, settings.disagreement, settings.confidence) == (256, 0.6, True)
    module = FaceFusion(asdict(settings), NAMES)
    chosen = module.configure_optimizers()
    optimizer = chosen["optimizer"]
    assert isinstance(optimizer, AdaBelief)
    [group] = optimizer.param_groups
    assert (group["lr"], group["betas"], group["eps"], group["weight_decay"]) == (1e-3, (0.9, 0.999), 1e-16, 1e-2)
    assert group["decoupled_decay"]
    assert group["rectify"]
    learning = {id(parameter) for parameter in group["params"]}
    assert learning == {id(p) for name, p in module.named_parameters() if not name.startswith("network.image.")}
    assert isinstance(chosen["lr_scheduler"], torch.optim.lr_scheduler.ExponentialLR)
    assert chosen["lr_scheduler"].gamma == 0.9


def folders(data: Path, portraits: Path, blank: Sequence[str]) -> FaceSet:
    """Two portraits of each class in every split; the `blank` ones, by number, without a face."""
    for split in ("train", "valid", "test"):
        for label in NAMES:
            folder = data / split / label
            folder.mkdir(parents=True)
            for number in ("00", "01"):
                picture = cv2.imread(str(portraits / split / label / f"{split}{number}.png"), cv2.IMREAD_GRAYSCALE)
                assert picture is not None
                cv2.imwrite(str(folder / f"{number}.png"), np.full_like(picture, 99) if number in blank else picture)
    return FaceSet(data, "folders", None)


def test_faces_without_landmarks_are_counted_and_teach_nothing(
    branch: FaceExpression, portraits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = folders(tmp_path, portraits, blank=["01"])
    seen = extract_features(branch, source, QUICK, CPU)
    assert "3 of 6 training faces have no landmarks; they teach the image branch only" in capsys.readouterr().err
    assert seen.without_landmarks == 3
    assert seen.features.shape[:2] == (3, 3)
    assert len(seen.valid) == 6
    assert seen.valid.tensors[1].isfinite().all((1, 2)).tolist() == [True, False] * 3


def test_without_any_landmarks_there_is_nothing_to_fuse(image_branch: Path, portraits: Path, tmp_path: Path) -> None:
    source = folders(tmp_path / "data", portraits, blank=["00", "01"])
    with pytest.raises(DataError, match=r"data: no training face has landmarks, so there is nothing to fuse"):
        train(source, image_branch, QUICK, Run(tmp_path / "out", accelerator="cpu"))


def test_an_image_branch_of_another_profile_is_refused(image_branch: Path, portrait_set: FaceSet) -> None:
    with pytest.raises(ConfigError, match=r"best\.ckpt is of the profile tiny, not compact"):
        read_image(image_branch, portrait_set, Settings(profile="compact"))


def test_an_image_branch_that_knows_other_classes_is_refused(image_branch: Path, easy_ferplus: Path) -> None:
    with pytest.raises(
        ConfigError,
        match=r"best\.ckpt knows the classes happiness, neutral, surprise, not neutral, happiness, surprise, ",
    ):
        read_image(image_branch, FaceSet(easy_ferplus, "ferplus", None), QUICK)


def test_the_checkpoint_of_a_fusion_is_no_image_branch(trained: Path, portrait_set: FaceSet) -> None:
    with pytest.raises(
        ConfigError, match=r"best\.ckpt is of another network or profile: its network\.\S+ does not fit"
    ):
        read_image(trained.parent / "best.ckpt", portrait_set, QUICK)


def test_a_file_that_is_no_checkpoint_is_refused(portrait_set: FaceSet, tmp_path: Path) -> None:
    (tmp_path / "image.ckpt").write_text("nothing")
    with pytest.raises(ConfigError, match=r"image\.ckpt is not a checkpoint of this program"):
        read_image(tmp_path / "image.ckpt", portrait_set, QUICK)
    torch.save({"state_dict": {}}, tmp_path / "other.ckpt")
    with pytest.raises(ConfigError, match=r"other\.ckpt is of the profile None, not tiny"):
        read_image(tmp_path / "other.ckpt", portrait_set, QUICK)
