"""Landmark fusion against the paper's equations 1 and 2, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from monitor_train.face.fusion_network import FusionNetwork, Weighting
from monitor_train.face.landmark_network import LandmarkNetwork
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import Profile

VARIANTS = [
    pytest.param(False, 1.0, id="no weighting"),
    pytest.param(True, 1.0, id="confidence only"),
    pytest.param(False, 0.6, id="agreement only"),
    pytest.param(True, 0.6, id="both"),
]


def by_hand(landmark: Tensor, image: Tensor, confidence: bool, disagreement: float) -> NDArray[np.float64]:
    """p w of every face, (B, 1)."""
    weights = []
    for own, other in zip(landmark.tolist(), image.tolist(), strict=True):
        shares = [math.exp(logit) for logit in own]
        p = max(shares) / sum(shares) if confidence else 1.0
        w = 1.0 if own.index(max(own)) == other.index(max(other)) else disagreement
        weights.append([p * w])
    return np.array(weights)


@pytest.fixture
def network(tiny: Profile) -> FusionNetwork:
    """Untrained, with norms and averages as training leaves them."""
    torch.manual_seed(0)
    image = FaceNetwork(tiny, 4)
    landmark = LandmarkNetwork(4, tiny.size, tiny.landmarks, tiny.landmark_cell, tiny.landmark_stride)
    fusion = FusionNetwork(image, landmark, Weighting())
    with torch.no_grad():
        for module in fusion.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.5, 1.5)
                nn.init.uniform_(module.bias, -0.5, 0.5)
                nn.init.normal_(module.running_mean, 0, 0.1)  # type: ignore[arg-type]
        for part in (image, landmark):
            nn.init.normal_(part.amend.mean, 0, 0.5)
            nn.init.normal_(part.classify.weight, 0, 1.0)
        said = fusion.eval()(some_faces(12))
        image.classify.bias -= said.image.mean(0)  # so that the branches have several answers, and agree now and then
        landmark.classify.bias -= said.landmark.mean(0)
    return fusion


def some_faces(count: int) -> Tensor:
    """Pictures and heatmaps (count, 2, 64, 64), normalised; each has a few dots."""
    generator = torch.Generator().manual_seed(1)
    faces = torch.randn(count, 2, 64, 64, generator=generator)
    faces[:, 1] = (torch.rand(count, 64, 64, generator=generator) > 0.97).float()
    return faces


@pytest.mark.parametrize(("confidence", "disagreement"), VARIANTS)
def test_the_weight_is_that_of_equation_2(confidence: bool, disagreement: float) -> None:
    torch.manual_seed(0)
    landmark, image = torch.randn(200, 7), torch.randn(200, 7)
    image[::2] = landmark[::2]  # half of them agree
    weight = Weighting(confidence, disagreement)(landmark, image)
    np.testing.assert_allclose(weight, by_hand(landmark, image, confidence, disagreement), rtol=1e-5)


@pytest.mark.parametrize(("confidence", "disagreement"), VARIANTS)
def test_the_merged_answer_is_that_of_the_weighted_features(
    network: FusionNetwork, confidence: bool, disagreement: float
) -> None:
    network.weighting = Weighting(confidence, disagreement)
    faces = some_faces(12)
    with torch.inference_mode():
        said = network(faces)
        of_image, of_landmark = network.image.features(faces[:, :1]), network.landmark.features(faces[:, 1:])
        torch.testing.assert_close(said.image, network.image(faces[:, :1]))
        torch.testing.assert_close(said.landmark, network.landmark(faces[:, 1:]))
        agree = said.image.argmax(1) == said.landmark.argmax(1)
        assert agree.any()
        assert not agree.all()
        weights = by_hand(said.landmark, said.image, confidence, disagreement)
        both = np.concatenate([of_image.numpy(), weights * of_landmark.numpy()], axis=1)
        layer = np.concatenate([network.merge_image.weight.numpy(), network.merge_landmark.weight.numpy()], axis=1)
        expected = both @ layer.T + network.merge_image.bias.numpy()
    np.testing.assert_allclose(said.merged, expected, atol=1e-4)


def test_the_weight_teaches_nothing(network: FusionNetwork) -> None:
    """The merged answer's loss must not reach the landmark branch's own answer through its confidence."""
    network.train()
    answers = network(some_faces(4))
    answers.merged.square().sum().backward()
    assert network.landmark.classify.weight.grad is None
    assert network.landmark.amend.de_albino.weight.grad is not None
    assert network.landmark.amend.de_albino.weight.grad.abs().sum() > 0
    for layer in (network.merge_image, network.merge_landmark):
        assert layer.weight.grad is not None


def test_a_face_without_landmarks_gets_the_answer_of_the_image_branch(network: FusionNetwork) -> None:
    faces = some_faces(6)
    faces[[1, 4], 1] = 0.0
    with torch.inference_mode():
        said = network(faces)
    for index in range(6):
        assert torch.equal(said.merged[index], said.image[index]) == (index in (1, 4))


def test_it_begins_with_the_answers_of_the_image_branch(network: FusionNetwork, tiny: Profile) -> None:
    torch.manual_seed(5)
    trained = FaceNetwork(tiny, 4)
    nn.init.normal_(trained.amend.mean)
    network.begin(trained)
    faces = some_faces(5)
    with torch.inference_mode():
        said = network(faces)
        torch.testing.assert_close(said.image, trained.eval()(faces[:, :1]))
        torch.testing.assert_close(said.merged, said.image)
    for name, value in trained.state_dict().items():
        assert torch.equal(network.image.state_dict()[name], value), name


def test_training_leaves_the_image_branch_alone(network: FusionNetwork) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.SGD([each for each in network.parameters() if each.requires_grad], 0.1)
    network.train()
    assert network.landmark.training
    assert network.landmark.amend.norm.training
    assert not any(module.training for module in network.image.modules())
    for seed in range(3):
        torch.manual_seed(seed)
        answers = network(some_faces(8))
        optimizer.zero_grad()
        (answers.merged.square().mean() + answers.landmark.square().mean()).backward()
        optimizer.step()
    for name, value in network.state_dict().items():
        if name.startswith("image."):
            assert torch.equal(value, before[name]), name
        elif not name.endswith("num_batches_tracked"):
            assert not torch.equal(value, before[name]), name
    assert not any(parameter.requires_grad for parameter in network.image.parameters())


@pytest.mark.parametrize("size", [1, 64, 256])
def test_an_answer_does_not_depend_on_the_batch(network: FusionNetwork, size: int) -> None:
    faces = some_faces(max(32, size))
    order = torch.randperm(len(faces))
    with torch.inference_mode():
        once = torch.stack(network(faces), 1)
        again = torch.cat([torch.stack(network(part), 1) for part in faces[order].split(size)])
    torch.testing.assert_close(again, once[order], atol=2e-4, rtol=1e-4)
