"""The compact ResNet-18."""

from __future__ import annotations

import pytest
import torch

from monitor_train.face_network import FaceNetwork


def test_logits_for_every_face() -> None:
    assert FaceNetwork(classes=8, width=4).eval()(torch.randn(3, 1, 64, 64)).shape == (3, 8)


def test_it_has_the_eighteen_weighted_layers_of_the_paper() -> None:
    network = FaceNetwork(width=4)
    main = [
        m
        for name, m in network.named_modules()
        if hasattr(m, "weight") and m.weight.ndim > 1 and "shortcut" not in name
    ]
    assert len(main) == 18


def test_a_width_of_64_has_the_parameters_of_the_published_network() -> None:
    """11,689,512 in torchvision, less the difference in stem (3x3 of 1 channel for 7x7 of 3) and in classes."""
    count = sum(parameter.numel() for parameter in FaceNetwork(classes=8, width=64).parameters())
    assert count == 11_689_512 - 64 * (3 * 49 - 9) - 513 * (1000 - 8)


@pytest.mark.parametrize(("gain", "offset"), [(0.5, 0.1), (0.8, -0.5)])
def test_brightness_and_contrast_hardly_matter(gain: float, offset: float) -> None:
    torch.manual_seed(0)
    network = FaceNetwork(width=8).eval()
    pictures = torch.randn(4, 1, 64, 64)
    with torch.inference_mode():
        logits, others = network(pictures), network(gain * pictures + offset)
    assert (logits - others).abs().max() < 0.1 * logits.std()


def test_an_answer_does_not_depend_on_the_batch() -> None:
    torch.manual_seed(0)
    network = FaceNetwork(width=8).eval()
    pictures = torch.randn(5, 1, 64, 64)
    with torch.inference_mode():
        together = network(pictures)
        alone = torch.cat([network(pictures[index : index + 1]) for index in range(5)])
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-4)


def test_a_uniform_picture_gives_finite_logits() -> None:
    assert torch.isfinite(FaceNetwork(width=4).eval()(torch.zeros(1, 1, 64, 64))).all()
