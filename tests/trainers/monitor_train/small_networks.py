"""Networks that learn in seconds, in place of those of torchvision."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn


class SmallNetwork(nn.Module):
    """Pictures (B, 3, S, S) -> logits (B, classes); made up of features and a last layer, as MobileNetV2 is."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 5, 4, 2, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.classifier = nn.Linear(8, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(pictures).mean((2, 3)))
        return logits


def small_network(architecture: str, classes: int, **_: object) -> nn.Module:
    """Takes the place of `make_network`; the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return SmallNetwork(classes)


def save_weights(path: Path) -> Path:
    """A file of weights for a small network of a thousand classes."""
    save_file(small_network("", 1000).state_dict(), path)
    return path
