"""The model learns, resumes where it stopped, and ends as an artifact with probabilities and vectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from monitor.errors import ArtifactError, ConfigError
from monitor.model.artifact import Artifact
from monitor.model.picture_input import network_input, scene_picture
from monitor.model.runtimes import OnnxRuntime, OpenVino
from monitor_train.pictures.export import TOLERANCE, check_parity
from monitor_train.pictures.network import make_network
from monitor_train.pictures.settings import MEAN, Run, from_profile
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.retrieval import network
from monitor_train.retrieval.affective import Described, train
from monitor_train.retrieval.data import numbers, read
from monitor_train.retrieval.evaluate import evaluate, predict
from monitor_train.retrieval.profile import PROFILES, Settings
from monitor_train.retrieval.readouts import join
from monitor_train.retrieval.training import AffectiveTraining, affective_pictures, fit, metric_of
from tests.plugins.monitor_scene.conftest import write_brightness
from tests.trainers.monitor_train.checkpoints import assert_same_run
from tests.trainers.monitor_train.retrieval.conftest import EMOTIONS, QUICK, write_feelings

pytestmark = pytest.mark.usefixtures("small_trunk")


@pytest.fixture(scope="module")
def trained(feelings: Path, small_trunk: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = replace(QUICK, epochs=6)
    return train(DataSet(feelings, "folders"), settings, Run(tmp_path_factory.mktemp("run"), accelerator="cpu"))


def test_it_learns_and_the_manifest_repeats_the_evaluation(trained: Path, feelings: Path) -> None:
    figures = evaluate(trained, DataSet(feelings, "folders"))
    assert figures["accuracy"] > 0.6  # chance is a quarter
    assert figures["map_polarity"] > 0.7  # chance is a half
    manifest = Artifact.read(trained).manifest
    assert manifest.name == manifest.trainer == "affective-retrieval"
    assert manifest.labels == EMOTIONS
    assert manifest.training_data.endswith("; sentiment vector by sentiment constraints, omega 0.5")
    assert manifest.metrics["test_data"] == "folders test, batch size 1"
    assert manifest.metrics["test_pictures"] == 32
    assert manifest.metrics["vector_length"] == 4 + 2 * 10
    for name in (
        "accuracy",
        "map",
        "map_polarity",
        "precision_1",
        "precision_10",
        "average_recall",
        "calibration_error",
    ):
        assert manifest.metrics[name] == pytest.approx(figures[name], abs=1e-4)
    assert manifest.metrics["map_interval"] == pytest.approx(figures["map_interval"], abs=1e-4)
    assert manifest.metrics["recall_fear"] == pytest.approx(figures["recall"]["fear"], abs=1e-4)


def test_both_runtimes_give_probabilities_and_unit_vectors(trained: Path, feelings: Path) -> None:
    artifact = Artifact.read(trained)
    test = read(DataSet(feelings, "folders"))["test"]
    batch = network_input(np.stack([test.read(index) for index in range(8)]), artifact.manifest)
    probabilities, vectors = OnnxRuntime(artifact).outputs(batch)
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = [OnnxRuntime(artifact).outputs(batch[index : index + 1])[1] for index in range(8)]
    np.testing.assert_allclose(np.concatenate(alone), vectors, atol=1e-6)
    others = OpenVino(artifact).outputs(batch)
    for one, other in zip(others, (probabilities, vectors), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_the_artifact_says_what_the_best_checkpoint_does(trained: Path, feelings: Path) -> None:
    best = trained.parent / "best.ckpt"
    model = AffectiveTraining.load_from_checkpoint(best, map_location="cpu", weights_only=True).eval()
    test = read(DataSet(feelings, "folders"))["test"]
    pictures = torch.from_numpy(np.stack([scene_picture(test.read(i), 32) for i in range(len(test))]))
    with torch.inference_mode():
        expected = model(pictures.permute(0, 3, 1, 2).float() / 255)
    said = predict(Artifact.read(trained), test, OnnxRuntime(Artifact.read(trained)))
    joined, temperature = join(model, read(DataSet(feelings, "folders")))
    assert temperature == pytest.approx(Artifact.read(trained).manifest.metrics["temperature"], abs=1e-4)
    np.testing.assert_allclose(said.vectors, joined(expected.logits, expected.vector).numpy(), atol=TOLERANCE)
    softened = torch.softmax(expected.logits / temperature, 1)
    np.testing.assert_allclose(said.probabilities, softened.numpy(), atol=TOLERANCE)
    np.testing.assert_array_equal(said.truth, numbers(test, EMOTIONS))


@pytest.mark.parametrize(
    ("name", "layers", "facts"),
    [
        ("compact", ("features.6", "features.13", "features.18"), {"width": 0.1, "convention": "tensorflow"}),
        ("paper", ("inception3b", "inception4e", "inception5b"), {}),
    ],
)
def test_the_networks_of_the_profiles_become_artifacts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    layers: tuple[str, ...],
    facts: dict[str, Any],
) -> None:
    """Few steps with small pictures: the artifact says what torch says, and is checked on its way out."""
    monkeypatch.setattr(network, "make_network", make_network)
    few = write_feelings(tmp_path / "few", ("awe", "fear"), 24)
    settings = from_profile(
        PROFILES,
        name,
        size=32,
        view=32,
        init="random",
        epochs=1,
        batch_size=16,
        learning_rate=1e-4,
        average=0.0,
        **facts,
    )
    monkeypatch.setitem(network.LAYERS, settings.architecture, layers)
    artifact = Artifact.read(train(DataSet(few, "folders"), settings, Run(tmp_path, accelerator="cpu")))
    assert 0 <= artifact.manifest.metrics["parity_with_torch"] <= TOLERANCE
    assert artifact.manifest.mean == MEAN[settings.convention]
    assert artifact.manifest.metrics["vector_length"] == 2 + 408
    assert artifact.model.stat().st_size < 12e6


def test_an_artifact_of_other_vectors_is_refused(trained: Path, feelings: Path) -> None:
    model = AffectiveTraining.read(trained.parent / "best.ckpt")
    joined, temperature = join(model, read(DataSet(feelings, "folders")))
    artifact = Artifact.read(trained)
    batch = network_input(np.zeros((2, 32, 32, 3), np.uint8), artifact.manifest)
    assert check_parity(Described(model.network, temperature, joined), artifact, batch) <= TOLERANCE
    joined.root = joined.root.flip(0)
    with pytest.raises(ArtifactError, match=r"model\.onnx differs from torch by .* in the output vector"):
        check_parity(Described(model.network, temperature, joined), artifact, batch)


def test_what_else_an_evaluation_can_do(trained: Path, feelings: Path, tmp_path: Path) -> None:
    figures = evaluate(trained, DataSet(feelings, "folders"), trained, "random", tsne=tmp_path / "new" / "map.png")
    assert figures["against"]["model"] == "affective-retrieval 1"
    assert figures["against"]["map"] == figures["against"]["accuracy"] == 0
    for distance in ("cosine", "euclidean"):
        untouched, gain = figures["untouched"][distance], figures["gain_over_untouched"][distance]
        assert gain["map"] == pytest.approx(figures["map"] - untouched["map"])
        assert "accuracy" not in untouched
    assert figures["untouched"]["cosine"] != figures["untouched"]["euclidean"]
    drawn = cv2.imread(str(tmp_path / "new" / "map.png"))
    assert drawn is not None
    assert drawn.std() > 5


def test_a_model_without_vectors_is_refused(feelings: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has pictures of amusement, which is not among positive, negative"):
        evaluate(write_brightness(tmp_path / "polarities", size=32), DataSet(feelings, "folders"))
    artifact = write_brightness(tmp_path / "artifact", size=32, labels=EMOTIONS)
    with pytest.raises(ArtifactError, match="has 1 outputs instead of probabilities and a vector"):
        evaluate(artifact, DataSet(feelings, "folders"))


class StopError(Exception):
    """The power went out."""


def stop(model: AffectiveTraining) -> None:
    """Takes the place of `on_train_epoch_start`."""
    if model.current_epoch == 1:
        raise StopError


@pytest.mark.parametrize("metric", ["sentiment", "triplet"])
def test_a_resumed_run_is_the_uninterrupted_one(
    feelings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metric: str
) -> None:
    """Stopped after the first of three epochs and continued, against three epochs in one go: the same weights."""
    settings = replace(QUICK, metric=metric, miner="random")

    def run(name: str, resume: bool = False) -> None:
        pictures = affective_pictures(read(DataSet(feelings, "folders")), settings)
        fit(pictures, EMOTIONS, Run(tmp_path / name, resume=resume, accelerator="cpu"))

    run("whole")
    with monkeypatch.context() as patch:
        patch.setattr(AffectiveTraining, "on_train_epoch_start", stop)
        with pytest.raises(StopError):
            run("halves")
    run("halves", resume=True)
    assert_same_run(tmp_path / "whole", tmp_path / "halves", 9)


def step(settings: Settings, omega: float) -> tuple[AffectiveTraining, Tensor]:
    """A network and its loss on one batch."""
    torch.manual_seed(0)
    model = AffectiveTraining({**settings.__dict__, "omega": omega}, EMOTIONS)
    model.log = lambda *_, **__: None  # type: ignore[method-assign]
    pictures = torch.randint(0, 255, (32, 32, 32, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AffectiveTraining, "global_step", 0)
        classes = torch.arange(32) % 4
        return model, model.training_step((pictures, classes, F.one_hot(classes).float()), 0)


@pytest.mark.parametrize("metric", ["sentiment", "triplet"])
def test_omega_mixes_the_losses(metric: str) -> None:
    settings = replace(QUICK, metric=metric)
    none, all_of_it, half = (step(settings, omega)[1].item() for omega in (0.0, 1.0, 0.5))
    assert none == pytest.approx(step(replace(settings, metric="none"), 0.5)[1].item())
    assert none != pytest.approx(all_of_it)
    assert half == pytest.approx((none + all_of_it) / 2)


@pytest.mark.parametrize(("metric", "learns"), [("sentiment", True), ("triplet", True), ("none", False)])
def test_the_metric_teaches_the_vector_and_both_losses_the_trunk(metric: str, learns: bool) -> None:
    model, loss = step(replace(QUICK, metric=metric), 0.5)
    loss.backward()
    of_vector = [parameter.grad for parameter in model.network.vector.parameters()]
    assert all((grad is not None and bool(grad.any())) == learns for grad in of_vector)
    assert all(parameter.grad is not None for parameter in model.network.trunk.parameters())


@pytest.mark.parametrize("miner", ["random", "hard", "semihard"])
def test_triplets_are_those_of_the_library(miner: str) -> None:
    """Every triplet loss against a loop over triples of its miner, with squared distances."""
    loss, found = metric_of(replace(QUICK, metric="triplet", miner=miner), EMOTIONS)
    vectors, classes = F.normalize(torch.rand(12, 5, generator=torch.Generator().manual_seed(2))), torch.arange(12) % 3
    margin, distances = QUICK.margins[0], torch.cdist(vectors, vectors) ** 2
    gaps = {
        (a, p, n): float(distances[a, p] - distances[a, n])
        for a in range(12)
        for p in range(12)
        for n in range(12)
        if a != p and classes[a] == classes[p] and classes[a] != classes[n]
    }
    if miner == "random":
        torch.manual_seed(0)
        largest = max(gap + margin for gap in gaps.values())
        assert 0 < loss(vectors, classes).item() < largest
        return
    mined = set(zip(*(each.tolist() for each in found(vectors, classes)), strict=True))
    wanted = {key for key, gap in gaps.items() if (gap >= 0 if miner == "hard" else -margin < gap < 0)}
    assert mined == wanted != set()
    expected = np.mean([gaps[key] + margin for key in wanted])
    assert loss(vectors, classes, found(vectors, classes)).item() == pytest.approx(expected, rel=1e-5)


def test_an_emotion_with_too_few_pictures_is_named(tmp_path: Path) -> None:
    data = write_feelings(tmp_path / "set", ("awe", "fear"), 20)
    write_feelings(data, ("sadness",), 9, seed=1)
    with pytest.raises(DataError, match="sadness has 6 training pictures, and every batch needs 8 of them"):
        train(DataSet(data, "folders"), QUICK, Run(tmp_path / "out", accelerator="cpu"))


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    data = write_feelings(tmp_path / "set", ("awe", "fear"), 20)
    (data / "awe" / "003.png").write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"awe/003\.png is not a picture that can be read"):
        train(DataSet(data, "folders"), QUICK, Run(tmp_path / "out", accelerator="cpu"))


def test_profiles() -> None:
    """What the paper says: section "Implementation Details"."""
    paper, compact = from_profile(PROFILES, "paper"), from_profile(PROFILES, "compact")
    assert (paper.architecture, paper.optimizer) == ("googlenet", "sgd")
    assert (paper.batch_size, paper.least, paper.miner, paper.wheel) == (128, 8, "semihard", 1.0)
    assert not paper.rooted
    assert (compact.architecture, compact.size, compact.batch_size, compact.least) == ("mobilenet_v2", 144, 128, 8)
    assert (compact.view, paper.view, paper.size) == (112, 224, 224)
    for each in (paper, compact):
        assert 3 * each.channels * (each.channels + 1) // 2 <= 512
    assert from_profile(PROFILES, "paper", epochs=3, minutes=None).epochs == 3
    with pytest.raises(ConfigError, match="unknown profile 'papre'; did you mean 'paper'"):
        from_profile(PROFILES, "papre")
