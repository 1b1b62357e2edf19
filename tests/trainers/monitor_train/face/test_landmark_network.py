"""The network of the landmarks has the sizes of the paper's table 1."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from monitor_train.face.landmark_network import LandmarkNetwork
from monitor_train.face.profile import COMPACT, PAPER, PROFILES

TABLE_1 = [
    (220, 220, 32),
    (110, 110, 32),
    (108, 108, 64),
    (54, 54, 64),
    (52, 52, 128),
    (26, 26, 128),
    (24, 24, 256),
    (12, 12, 256),
    (10, 10, 512),
    (7, 7, 512),
]
"""Output sizes (height, width, channels) of every row of the paper's table."""


def network_of(profile: str) -> LandmarkNetwork:
    own = PROFILES[profile]
    torch.manual_seed(0)
    network = LandmarkNetwork(8, own.size, own.landmarks, own.landmark_cell, own.landmark_stride)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.bias, 0.1, 0.5)
    return network.eval()


def sizes(network: LandmarkNetwork, side: int) -> list[tuple[int, ...]]:
    """(height, width, channels) after every convolution and reduction."""
    found: list[tuple[int, ...]] = []

    def note(_layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        found.append((*output.shape[2:], output.shape[1]))

    for layer in network.trunk:
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
            layer.register_forward_hook(note)
    with torch.inference_mode():
        network(torch.zeros(1, 1, side, side))
    return found


def test_the_paper_profile_is_the_paper_table() -> None:
    network = network_of("paper")
    assert PROFILES["paper"].landmarks == PAPER
    assert sizes(network, 224) == TABLE_1
    assert network.amend.features == 121


def test_the_compact_profile_ends_with_five_by_five() -> None:
    network = network_of("compact")
    assert PROFILES["compact"].landmarks == COMPACT
    assert sizes(network, 64)[-1] == (5, 5, 192)
    assert network.amend.features == 49


def test_features_lead_to_logits() -> None:
    network = network_of("compact")
    heatmaps = torch.rand(3, 1, 64, 64)
    with torch.inference_mode():
        features = network.features(heatmaps)
        assert features.shape == (3, 49)
        torch.testing.assert_close(network(heatmaps), network.classify(features))
        assert torch.isfinite(network(torch.zeros(1, 1, 64, 64))).all()


@pytest.mark.parametrize(("profile", "shape"), [("compact", (192, 8, 8)), ("paper", (512, 10, 10))])
def test_fifth_is_the_result_of_the_fifth_convolution(profile: str, shape: tuple[int, ...]) -> None:
    network = network_of(profile)
    seen: list[Tensor] = []
    network.fifth.register_forward_hook(lambda _layer, _inputs, output: seen.append(output))
    heatmaps = torch.rand(1, 1, PROFILES[profile].size, PROFILES[profile].size)
    with torch.inference_mode():
        network(heatmaps)
        maps = heatmaps
        convolutions = [layer for layer in network.trunk if isinstance(layer, nn.Conv2d)]
        norms = [layer for layer in network.trunk if isinstance(layer, nn.BatchNorm2d)]
        for row, convolution, norm in zip(PROFILES[profile].landmarks[:5], convolutions, norms, strict=False):
            maps = functional.conv2d(maps, convolution.weight)
            if row.pool:
                maps = functional.max_pool2d(maps, 2)
            maps = functional.batch_norm(maps, norm.running_mean, norm.running_var, norm.weight, norm.bias).relu()
    assert len(seen) == 1
    assert seen[0].shape == (1, *shape)
    torch.testing.assert_close(seen[0], maps)
