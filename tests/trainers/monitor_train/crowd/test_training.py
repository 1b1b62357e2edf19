"""From the labels of a crowd to a model that the face analyzer runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage.data import astronaut

from monitor.model.artifact import Artifact
from monitor.sample import Face, Frame, Sample
from monitor_face.expression.analyzer import FaceFusion
from monitor_labels.cleaning import clean
from monitor_train.crowd import training
from monitor_train.crowd.comparison import GivenFaces
from monitor_train.crowd.network import CrowdNetwork
from monitor_train.crowd.settings import Settings
from monitor_train.crowd.training import crowd_faces, fit, targets, train
from monitor_train.face.crowd import read
from monitor_train.face.evaluate import evaluate
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.settings import Run
from tests.plugins.monitor_labels.made_answers import made_answers
from tests.trainers.monitor_train.checkpoints import assert_same_run

SETTINGS = Settings(size=32, width=0.25, init="random", epochs=2, per_class=12, batch_size=12, average=0.0)
CLASSES = ("happiness", "neutral", "surprise")


@pytest.fixture(scope="module")
def crowd(portraits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portraits of the test split, about each of which three people of five said what it shows."""
    data = tmp_path_factory.mktemp("crowd")
    random, rows = np.random.default_rng(0), []
    for label in CLASSES:
        for file in sorted((portraits / "test" / label).iterdir())[:8]:
            name = f"{label}-{file.name}"
            (data / name).write_bytes(file.read_bytes())
            for worker in random.choice(5, 3, replace=False):
                said = label if random.random() < 0.8 else CLASSES[random.integers(3)]
                rows.append((name, f"w{worker}", said))
    clean(made_answers(rows, CLASSES), "dawid-skene").write(data)
    return data


@pytest.fixture(scope="module")
def trained(crowd: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short training."""
    out = tmp_path_factory.mktemp("run")
    train(FaceSet(crowd, "crowd", out / "cache"), SETTINGS, Run(out, accelerator="cpu"))
    return out


def test_the_artifact_says_what_it_is_and_its_figures_are_measured_again_alike(trained: Path, crowd: Path) -> None:
    manifest = Artifact.read(trained / "artifact").manifest
    assert manifest.labels == CLASSES
    assert manifest.input_shape == (3, 32, 32)
    assert "cleaned labels of a crowd" in manifest.training_data
    figures = evaluate(trained / "artifact", FaceSet(crowd, "crowd", None))
    assert manifest.metrics["accuracy"] == pytest.approx(figures["accuracy"], abs=1e-4)
    for name in ("curves.png", "confusion.png", "mistakes.png"):
        assert (trained / name).read_bytes().startswith(b"\x89PNG")


def test_the_face_analyzer_runs_it(trained: Path) -> None:
    analyzer = FaceFusion(trained / "artifact", "onnxruntime")
    picture = np.ascontiguousarray(astronaut())
    sample = Sample(Frame(picture, 0.0, 1, "portrait", 0), (Face((0.35, 0.1, 0.55, 0.35), 1.0, track=1),))
    ((seen,),) = analyzer.analyze([sample])
    assert set(seen.scores) == set(CLASSES)
    assert sum(seen.scores.values()) == pytest.approx(1, abs=1e-5)


def test_an_epoch_shows_every_class_as_often(crowd: Path) -> None:
    every = read(crowd, "train")
    rows = np.flatnonzero((every.labels != 0) | (np.cumsum(every.labels == 0) <= 2))  # two of the first class are left
    few = GivenFaces(crowd, "crowd", None, {"train": every.some(rows), "valid": every.some(rows)})
    data = crowd_faces(few, Settings(size=32, per_class=40, batch_size=10))
    learnt = torch.cat([votes for _, votes in data.train_dataloader()])
    assert len(learnt) == 120
    counts = learnt.argmax(1).bincount(minlength=3)
    assert counts.min() > 20


def test_a_resumed_run_is_the_uninterrupted_one(crowd: Path, trained: Path, tmp_path: Path) -> None:
    """Stopped after the first of two epochs and continued, against two epochs in one go: the same weights."""

    class StopError(Exception):
        pass

    class Interrupted(CrowdNetwork):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 1:
                raise StopError

    source = FaceSet(crowd, "crowd", trained / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "CrowdNetwork", Interrupted)
        with pytest.raises(StopError):
            fit(source, SETTINGS, Run(tmp_path, accelerator="cpu"))
    fit(source, SETTINGS, Run(tmp_path, resume=True, accelerator="cpu"))
    assert_same_run(trained, tmp_path, 6)


def test_soft_labels_are_probabilities_and_hard_ones_are_not(crowd: Path) -> None:
    faces = read(crowd, "train")
    assert torch.equal(targets(faces, hard=False), torch.from_numpy(faces.votes))
    hard = targets(faces, hard=True)
    assert set(hard.unique().tolist()) == {0.0, 1.0}
    assert hard.argmax(1).tolist() == faces.labels.tolist()


def test_manifests_are_json_with_the_training_s_commit(trained: Path) -> None:
    content = json.loads((trained / "artifact" / "manifest.json").read_text())
    assert content["trainer"] == "crowd-vgg16"
    assert content["commit"]
