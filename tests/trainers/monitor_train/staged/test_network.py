"""Frozen layers keep their weights and norms, and a stage begins where the one before ended."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from torch import nn

from monitor.errors import ConfigError
from monitor_train.pictures.network import make_network
from monitor_train.pictures.settings import Architecture
from monitor_train.staged.network import Settings, StagedNetwork, first_layers


def test_the_first_layers_with_their_norms() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2)
    )
    assert first_layers(network, 0) == []
    assert first_layers(network, 1) == [network[0], network[1]]
    assert first_layers(network, 2) == [network[0], network[1], network[3], network[4]]
    with pytest.raises(ConfigError, match="frozen = 3 leaves nothing to learn: the network has 3 layers with weights"):
        first_layers(network, 3)


def test_frozen_layers_stay_as_they_are() -> None:
    settings = Settings(width=0.25, size=32, frozen=3, init="random")
    model = StagedNetwork(asdict(settings), 4).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.SGD([each for group in model.parameter_groups() for each in group["params"]], 0.1)
    model(torch.rand(4, 3, 20, 20)).square().sum().backward()
    optimizer.step()
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    frozen = {name for name in before if name.startswith(("network.features.0.", "network.features.1."))}
    assert frozen
    assert not changed & frozen
    assert "network.features.2.conv.0.0.weight" in changed


def test_a_stage_begins_with_the_weights_of_the_one_before(tmp_path: Path) -> None:
    first = StagedNetwork(asdict(Settings(width=0.25, size=32, init="random")), 4)
    torch.save({"state_dict": first.state_dict()}, tmp_path / "best.ckpt")
    own = asdict(Settings(width=0.25, size=48, frozen=2, start=str(tmp_path / "best.ckpt")))
    second = StagedNetwork(own, 4)
    second.begin()
    for name, value in first.state_dict().items():
        assert torch.equal(second.state_dict()[name], value)
    with pytest.raises(ConfigError, match="is of another network or profile"):
        StagedNetwork(own, 5).begin()


@pytest.mark.parametrize("architecture", ["alexnet", "vgg16", "vgg_cnn_m_2048"])
def test_the_networks_of_the_paper_take_small_faces(architecture: Architecture) -> None:
    with torch.device("meta"):
        network = make_network(architecture, 7)
        assert network(torch.empty(2, 3, 64, 64)).shape == (2, 7)
        weights = sum(isinstance(module, nn.Conv2d | nn.Linear) for module in network.modules())
    assert weights == {"alexnet": 8, "vgg16": 16, "vgg_cnn_m_2048": 8}[architecture]
