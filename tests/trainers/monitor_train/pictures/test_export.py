"""An exported network says what the torch network says, at any batch size, in half the space."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto
from scipy.special import softmax
from sklearn.metrics import log_loss
from torch import Tensor, nn

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact, Manifest
from monitor.model.reference import Reference
from monitor.model.runtimes import OnnxRuntime, OpenVino
from monitor_train.face.fusion import OUTPUTS
from monitor_train.face.fusion_network import FusionNetwork, Weighting
from monitor_train.face.landmark_network import LandmarkNetwork
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import Profile
from monitor_train.pictures.export import TOLERANCE, Calibrated, check_parity, commit, fit_temperature, write_artifact

Exported = tuple[Calibrated, Artifact]


def as_trained(network: nn.Module, shape: tuple[int, int, int]) -> nn.Module:
    """`network` with norms, averages and last blocks that are not as they were initialised, and strong opinions, of
    which no one prevails."""
    for parameter in network.parameters():
        if parameter.ndim == 1:
            nn.init.uniform_(parameter, 0.5, 1.5)
    for name, buffer in network.named_buffers():
        if name.endswith("amend.mean"):
            nn.init.normal_(buffer)
    faces = random_faces(16, shape)
    with torch.no_grad():
        for _ in range(20):
            network.train()(faces)
        for name, parameter in network.eval().named_parameters():
            if name.endswith(("classify.weight", "merge_image.weight", "merge_landmark.weight")):
                parameter *= 3
        if isinstance(network, FusionNetwork):
            network.landmark.classify.bias -= network(faces).landmark.mean(0)
            network.merge_image.bias -= network(faces).merged.mean(0)
        else:
            network.classify.bias -= network(faces).mean(0)
    return network


def random_faces(count: int, shape: tuple[int, int, int], seed: int = 0) -> Tensor:
    """(count, *shape); the second channel, where there is one, is a heatmap, which is black for every fourth face."""
    generator = torch.Generator().manual_seed(seed)
    faces = torch.randn(count, *shape, generator=generator)
    if shape[0] == 2:
        faces[:, 1] = (faces[:, 1] > 1.8).float()
        faces[::4, 1] = 0
    return faces


@pytest.fixture(scope="module", params=["image branch", "fusion"])
def exported(
    request: pytest.FixtureRequest,
    tiny: Profile,
    manifest: Callable[..., Manifest],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Exported]:
    torch.manual_seed(0)
    network: nn.Module = FaceNetwork(tiny, 8)
    shape, outputs = (1, 64, 64), ("probabilities",)
    if request.param == "fusion":
        landmark = LandmarkNetwork(8, tiny.size, tiny.landmarks, tiny.landmark_cell, tiny.landmark_stride)
        image = as_trained(network, shape)
        assert isinstance(image, FaceNetwork)
        network, shape, outputs = FusionNetwork(image, landmark, Weighting()), (2, 64, 64), OUTPUTS
    calibrated = Calibrated(as_trained(network, shape), 1.7, outputs)
    folder = tmp_path_factory.mktemp("artifact") / "new"
    return calibrated, write_artifact(folder, calibrated, manifest(input_shape=shape))


def said_by_torch(network: Calibrated, faces: Tensor) -> list[NDArray[np.float32]]:
    with torch.inference_mode():
        said = network(faces)
    return [each.numpy() for each in ([said] if isinstance(said, Tensor) else said)]


def test_the_artifact_agrees_with_torch(exported: Exported) -> None:
    network, artifact = exported
    faces = random_faces(32, artifact.manifest.input_shape)
    difference = check_parity(network, artifact, faces.numpy())
    assert 0 < difference <= TOLERANCE
    expected = said_by_torch(network, faces)
    assert np.abs(OpenVino(artifact).run(faces.numpy()) - expected[0]).mean() < TOLERANCE
    assert Reference.read(artifact) is not None
    for one, other in zip(OnnxRuntime(artifact).outputs(faces.numpy()), expected, strict=True):
        np.testing.assert_allclose(one, other, atol=TOLERANCE)
        assert other.std(axis=0).max() > 2 * TOLERANCE  # otherwise agreeing would be no feat


def test_another_network_is_noticed(exported: Exported) -> None:
    network, artifact = exported
    faces = random_faces(8, artifact.manifest.input_shape).numpy()
    with pytest.raises(ArtifactError, match=r"differs from torch by .* in the output probabilities"):
        check_parity(Calibrated(network.network, 0.1), artifact, faces)


def test_names_shapes_and_probabilities(exported: Exported) -> None:
    network, artifact = exported
    graph = onnx.load(artifact.model).graph
    assert [each.name for each in graph.input] == ["pictures"]
    assert [each.name for each in graph.output] == list(network.outputs)
    runtime = OnnxRuntime(artifact)
    for count in (1, 2, 7):
        answers = runtime.outputs(random_faces(count, artifact.manifest.input_shape).numpy())
        assert len(answers) == len(network.outputs)
        for answer in answers:
            assert answer.shape == (count, 8)
            np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)
        np.testing.assert_array_equal(
            answers[0], runtime.run(random_faces(count, artifact.manifest.input_shape).numpy())
        )


@pytest.mark.parametrize("exported", ["fusion"], indirect=True)
def test_a_face_without_landmarks_gets_the_answer_of_the_image_branch(exported: Exported) -> None:
    merged, image, _ = OnnxRuntime(exported[1]).outputs(random_faces(8, (2, 64, 64)).numpy())
    same = [bool((one == other).all()) for one, other in zip(merged, image, strict=True)]
    assert same == [index % 4 == 0 for index in range(8)]


def test_an_answer_does_not_depend_on_batch_or_order(exported: Exported) -> None:
    runtime = OnnxRuntime(exported[1])
    faces = random_faces(256, exported[1].manifest.input_shape, seed=1).numpy()
    alone = np.concatenate([runtime.run(face[None]) for face in faces])
    for order in (np.arange(256), np.arange(256)[::-1], np.random.default_rng(0).permutation(256)):
        for size in (64, 256):
            said = np.empty_like(alone)
            said[order] = np.concatenate([runtime.run(part) for part in np.split(faces[order], 256 // size)])
            np.testing.assert_allclose(said, alone, atol=2e-5)


def test_large_weights_take_two_bytes_each(exported: Exported) -> None:
    network, artifact = exported
    weights = onnx.load(artifact.model).graph.initializer
    large = {each.name: each.data_type for each in weights if np.prod(each.dims) >= 1024}
    assert sum(np.prod(parameter.shape) >= 1024 for parameter in network.parameters()) == len(large) > 10
    assert set(large.values()) == {TensorProto.FLOAT16}
    assert artifact.model.stat().st_size < 2.2 * sum(each.numel() for each in network.parameters()) + 100_000


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
    assert commit.__wrapped__() == "unknown"
