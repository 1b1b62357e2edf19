"""The crowd's network: whose convolutions it has, and what of it learns."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from monitor_train.crowd.network import HIDDEN, CrowdNetwork
from monitor_train.crowd.settings import PROFILES, Settings
from monitor_train.pictures.network import make_network

SMALL = Settings(size=32, width=0.25, init="random")


def test_the_study_s_network_is_vgg16_with_a_head_of_256() -> None:
    with torch.device("meta"):
        network = CrowdNetwork(asdict(PROFILES["paper"]), 7).network
    features, head = network
    assert [layer.out_channels for layer in features if isinstance(layer, torch.nn.Conv2d)] == (
        [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    )
    assert (head[1].in_features, head[1].out_features, head[3].p, head[4].out_features) == (512 * 7 * 7, HIDDEN, 0.5, 7)
    assert not any(weight.requires_grad for weight in features.parameters())
    assert all(weight.requires_grad for weight in head.parameters())


def test_convolutions_begin_from_a_file_and_a_frozen_part_stays(tmp_path: Path) -> None:
    torch.manual_seed(0)
    whole = make_network("mobilenet_v2", 1000, width_mult=0.25)
    save_file(
        {name: value.contiguous() for name, value in whole.state_dict().items()}, tmp_path / "weights.safetensors"
    )
    model = CrowdNetwork(asdict(replace(SMALL, init=str(tmp_path / "weights.safetensors"), frozen=True)), 3)
    model.begin()
    for name, value in whole.features.state_dict().items():
        assert torch.equal(model.network[0].state_dict()[name], value)
    model.train()
    assert not model.network[0].training
    assert model.network[1].training
    assert CrowdNetwork(asdict(SMALL), 3).train().network[0].training


def test_views_are_of_the_network_s_size_and_answers_one_logit_per_class() -> None:
    model = CrowdNetwork(asdict(SMALL), 3)
    canvases = torch.randint(0, 256, (4, 40, 40, 3), dtype=torch.uint8)
    views = model.views(canvases)
    assert views.shape == (4, 3, 32, 32)
    assert 0 <= views.min() <= views.max() <= 1
    assert model(views).shape == (4, 3)
