"""The network says what torchvision's says, and sees the layers that it should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from monitor_train.pictures.network import begin_from, make_network
from monitor_train.retrieval.network import AffectiveNetwork
from monitor_train.retrieval.profile import Trunk


def test_its_answers_are_those_of_torchvision(tmp_path: Path) -> None:
    """A MobileNetV2 with the weights of another one, but for the vector's: the same logits and pooled features."""
    torch.manual_seed(0)
    reference = make_network("mobilenet_v2", 5, convention="tensorflow", width_mult=0.25)
    for name, buffer in reference.named_buffers():
        if name.endswith(("mean", "var")):
            torch.nn.init.uniform_(buffer, 0.5, 1.5)
    save_file(
        {name: value.contiguous() for name, value in reference.state_dict().items()}, tmp_path / "reference.safetensors"
    )
    network = AffectiveNetwork("mobilenet_v2", 5, 4, rooted=True, convention="tensorflow", width=0.25)
    begin_from(network.trunk, "mobilenet_v2", str(tmp_path / "reference.safetensors"), whole=True)
    assert network.training
    assert all(module.training for module in network.modules())
    pictures = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        said, expected = network.eval()(pictures), reference.eval()(pictures)
        maps = reference.features(pictures)
    torch.testing.assert_close(said.logits, expected)
    torch.testing.assert_close(said.pooled, maps.mean((2, 3)))
    assert said.vector.shape == (2, 3 * 10)


@pytest.mark.parametrize(
    ("architecture", "widths", "pooled"), [("mobilenet_v2", (8, 24, 1280), 1280), ("googlenet", (480, 832, 1024), 1024)]
)
def test_its_vector_sees_three_layers(architecture: Trunk, widths: tuple[int, ...], pooled: int) -> None:
    network = AffectiveNetwork(architecture, 8, 4, rooted=False, convention="torchvision", width=0.25).eval()
    assert tuple(each[0].in_channels for each in network.vector.reductions) == widths
    sizes = []
    for reduce in network.vector.reductions:
        reduce.register_forward_hook(lambda _, given, __: sizes.append(given[0].shape[-1]))
    with torch.inference_mode():
        said = network(torch.rand(1, 3, 96, 96))
    assert sizes == [12, 6, 3]  # an eighth, a sixteenth and a thirty-second of the side
    assert said.pooled.shape == (1, pooled)
    assert said.logits.shape == (1, 8)
    np.testing.assert_allclose(said.vector.norm(dim=1), [1.0], rtol=1e-5)
