"""An exported network says what the torch network says, at any batch size, in half the space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from scipy.special import softmax
from sklearn.metrics import log_loss

from monitor.artifact import Artifact
from monitor.errors import ArtifactError
from monitor.runtimes import OnnxRuntime, OpenVino
from monitor_train.export import TOLERANCE, Calibrated, check_parity, commit, fit_temperature, write_artifact
from monitor_train.face_network import FaceNetwork

LABELS = tuple("abcdefgh")


def trained_network() -> Calibrated:
    """A network whose norms and last block are not as they were initialised."""
    torch.manual_seed(0)
    network = FaceNetwork(width=16)
    for parameter in network.parameters():
        if parameter.ndim == 1:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
    with torch.no_grad():
        for _ in range(20):
            network.train()(torch.randn(16, 1, 64, 64))
    return Calibrated(network.eval(), 1.7)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Calibrated, Artifact]:
    network = trained_network()
    artifact = write_artifact(
        tmp_path_factory.mktemp("artifact") / "new",
        network,
        name="test",
        version="1",
        size=64,
        mean=0.5,
        std=0.25,
        labels=LABELS,
        licence="none",
        training_data="none",
        trainer="test",
        commit="0" * 40,
    )
    return network, artifact


def test_the_artifact_agrees_with_torch(exported: tuple[Calibrated, Artifact]) -> None:
    network, artifact = exported
    batch = np.random.default_rng(0).normal(0, 1, (32, 1, 64, 64)).astype(np.float32)
    difference = check_parity(network, artifact, batch)
    assert 0 < difference <= TOLERANCE
    with torch.inference_mode():
        expected = network(torch.from_numpy(batch)).numpy()
    np.testing.assert_allclose(OpenVino(artifact).run(batch), expected, atol=TOLERANCE)
    assert expected.std(axis=0).max() > 0.01  # otherwise agreeing would be no feat


def test_another_network_is_noticed(exported: tuple[Calibrated, Artifact]) -> None:
    network, artifact = exported
    batch = np.random.default_rng(0).normal(0, 1, (8, 1, 64, 64)).astype(np.float32)
    with pytest.raises(ArtifactError, match="differs from torch by"):
        check_parity(Calibrated(network.network, 0.1), artifact, batch)


def test_names_shapes_and_probabilities(exported: tuple[Calibrated, Artifact]) -> None:
    _, artifact = exported
    graph = onnx.load(artifact.model).graph
    assert [each.name for each in graph.input] == ["pictures"]
    assert [each.name for each in graph.output] == ["probabilities"]
    assert artifact.manifest.input_shape == (1, 64, 64)
    runtime = OnnxRuntime(artifact)
    for count in (1, 2, 7):
        answer = runtime.run(np.zeros((count, 1, 64, 64), np.float32))
        assert answer.shape == (count, 8)
        np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)


def test_an_answer_does_not_depend_on_batch_or_order(exported: tuple[Calibrated, Artifact]) -> None:
    runtime = OnnxRuntime(exported[1])
    batch = np.random.default_rng(1).normal(0, 1, (64, 1, 64, 64)).astype(np.float32)
    alone = np.concatenate([runtime.run(batch[index : index + 1]) for index in range(64)])
    np.testing.assert_allclose(runtime.run(batch), alone, atol=1e-5)
    np.testing.assert_allclose(runtime.run(batch[::-1].copy())[::-1], alone, atol=1e-5)


def test_weights_take_two_bytes_each(exported: tuple[Calibrated, Artifact]) -> None:
    network, artifact = exported
    count = sum(parameter.numel() for parameter in network.parameters())
    assert artifact.model.stat().st_size < 2.2 * count


@pytest.mark.parametrize("true_temperature", [0.6, 1.0, 2.5])
def test_the_temperature_is_found_again(true_temperature: float) -> None:
    """Labels drawn from softmax(logits / T) have their best temperature at T."""
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 3, (20_000, 8)).astype(np.float32)
    chances = softmax(logits / true_temperature, axis=1).cumsum(axis=1)
    labels = (chances < generator.random((len(logits), 1))).sum(axis=1).clip(0, 7)
    temperature = fit_temperature(logits, labels)
    assert temperature == pytest.approx(true_temperature, rel=0.03)
    losses = [
        log_loss(labels, softmax(logits.astype(float) / t, axis=1), labels=range(8))
        for t in (0.97 * temperature, temperature, 1.03 * temperature)
    ]
    assert losses[1] == min(losses)


def test_the_commit_is_named() -> None:
    assert commit() == "unknown" or len(commit().removesuffix("+")) == 40


def test_outside_of_a_clone_the_commit_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no git here
    assert commit() == "unknown"
