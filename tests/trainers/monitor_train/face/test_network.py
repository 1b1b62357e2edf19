"""The image branch: ResNet-18 with an Amend Representation Module."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import PROFILES, Profile


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_logits_for_every_face(tiny: Profile) -> None:
    network = FaceNetwork(tiny, 8).eval()
    faces = torch.randn(3, 1, 64, 64)
    with torch.inference_mode():
        features = network.features(faces)
        assert features.shape == (3, network.amend.features)
        assert network(faces).shape == (3, 8)
        torch.testing.assert_close(network(faces), network.classify(features))


@pytest.mark.parametrize(("name", "features"), [("compact", 81), ("paper", 121)])
def test_both_profiles_have_maps_that_fit_the_module(name: str, features: int) -> None:
    profile = PROFILES[name]
    network = FaceNetwork(profile, 7).eval()
    assert network.amend.features == features
    with torch.inference_mode():
        pictures = torch.randn(1, profile.channels, profile.size, profile.size)
        assert network.features(pictures).shape == (1, features)


@pytest.mark.parametrize("name", ["compact", "paper"])
def test_it_has_the_eighteen_weighted_layers_of_resnet_and_one_more(name: str) -> None:
    network = FaceNetwork(PROFILES[name], 8)
    main = [
        layer
        for layer, module in network.named_modules()
        if hasattr(module, "weight")
        and module.weight.ndim > 1
        and not any(x in layer for x in ("shortcut", "downsample"))
    ]
    assert [layer for layer in main if layer not in ("amend.de_albino", "classify")] == main[:17]
    assert main[17:] == ["amend.de_albino", "classify"]


def test_the_paper_profile_is_the_resnet_of_torchvision() -> None:
    """Its parameters, those of the classes left out, and those of the module: a kernel of 32 by 32, gain and offset of
    two norms, the share, and seven classes of 121 numbers."""
    network, published = FaceNetwork(PROFILES["paper"], 7), resnet18(weights=None)
    assert parameters(published) == 11_689_512
    assert parameters(network) == 11_689_512 - 513 * 1000 + 32 * 32 + 2 * 2 + 1 + (121 + 1) * 7
    own = network.trunk.state_dict()
    assert list(own) == [name for name in published.state_dict() if not name.startswith("fc.")]
    published.load_state_dict(own, strict=False)
    published.avgpool, published.fc = nn.Identity(), nn.Identity()  # type: ignore[assignment]
    pictures = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(network.trunk.eval()(pictures).flatten(1), published.eval()(pictures))


def test_a_compact_trunk_of_full_width_has_the_parameters_of_the_published_network() -> None:
    """Less the difference in stem (3x3 of 1 channel for 7x7 of 3) and the thousand classes."""
    network = FaceNetwork(replace(PROFILES["compact"], width=64), 8)
    assert parameters(network.trunk) == 11_689_512 - 64 * (3 * 49 - 9) - 513 * 1000


@pytest.mark.parametrize(("gain", "offset"), [(0.5, 0.1), (0.8, -0.5)])
def test_brightness_and_contrast_hardly_matter(tiny: Profile, gain: float, offset: float) -> None:
    torch.manual_seed(0)
    network = FaceNetwork(tiny, 8).eval()
    pictures = torch.randn(4, 1, 64, 64)
    with torch.inference_mode():
        features, others = network.features(pictures), network.features(gain * pictures + offset)
    assert (features - others).abs().max() < 0.15 * features.std()


def test_an_answer_does_not_depend_on_the_batch(tiny: Profile) -> None:
    torch.manual_seed(0)
    network = FaceNetwork(tiny, 8).eval()
    pictures = torch.randn(5, 1, 64, 64)
    with torch.inference_mode():
        together = network(pictures)
        alone = torch.cat([network(pictures[index : index + 1]) for index in range(5)])
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-4)


def test_a_uniform_picture_gives_finite_logits(tiny: Profile) -> None:
    assert torch.isfinite(FaceNetwork(tiny, 8).eval()(torch.zeros(1, 1, 64, 64))).all()
