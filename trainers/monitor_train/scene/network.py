"""The networks that look at whole pictures, and the weights they start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.error import URLError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torchvision import models

from monitor.errors import ConfigError

Architecture = Literal["mobilenet_v2", "resnet101"]
Convention = Literal["torchvision", "tensorflow"]
"""How the initial weights saw pictures: normalised by the mean and deviation of ImageNet and padded on all sides, or
scaled to [-1, 1] and padded at the right and at the bottom."""
MEAN = {"torchvision": (0.485, 0.456, 0.406), "tensorflow": (0.5, 0.5, 0.5)}
STD = {"torchvision": (0.229, 0.224, 0.225), "tensorflow": (0.5, 0.5, 0.5)}
"""Of a pixel / 255, by convention."""
IMAGENET, CHANCE = "imagenet", "random"
"""Initial weights: those that torchvision downloads, or none."""


def make_network(
    architecture: Architecture, classes: int, *, convention: Convention = "torchvision", **options: Any
) -> nn.Module:
    """A network without trained weights: normalised pictures (B, 3, S, S) -> logits (B, classes).

    `options` go to torchvision, `width_mult` for a narrower MobileNetV2 for example.
    """
    network: nn.Module = getattr(models, architecture)(weights=None, num_classes=classes, **options)
    if convention == "tensorflow":
        pad_after(network)
    return network.to(memory_format=torch.channels_last)


def begin_from(network: nn.Module, architecture: Architecture, init: str, *, whole: bool = False) -> None:
    """Give `network` the initial weights that `init` names: `imagenet`, `random`, or a file of safetensors.

    Unless `whole`, the last layer keeps its chance weights where its number of classes is another one. Raises
    ConfigError where the weights cannot be had or are of another network.
    """
    if init == CHANCE:
        return
    weights = downloaded(architecture) if init == IMAGENET else stored(Path(init))
    own = network.state_dict()
    last = list(own)[-2:]  # weight and bias of the classifier
    for name, value in own.items():
        if name in weights and weights[name].shape == value.shape:
            own[name] = weights[name].to(value.dtype)
        elif whole or name not in last:
            raise ConfigError(f"--init {init} holds no weights of {architecture}: {name} is missing or of another size")
    network.load_state_dict(own)


def downloaded(architecture: Architecture) -> dict[str, torch.Tensor]:
    """ImageNet weights as torchvision downloads and keeps them, showing size and progress."""
    try:
        return dict(models.get_model_weights(architecture).DEFAULT.get_state_dict(progress=True, check_hash=True))
    except (URLError, OSError, RuntimeError) as error:
        raise ConfigError(
            f"torchvision cannot download the weights of {architecture} ({error}); give a file with --init, "
            f"or --init {CHANCE} to start from nothing"
        ) from None


def stored(path: Path) -> dict[str, torch.Tensor]:
    """The state dict in a file of safetensors."""
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ConfigError(f"--init {path} is not a file of safetensors ({error})") from None


def pad_after(network: nn.Module) -> None:
    """Make the convolutions of stride 2 pad as TensorFlow does for pictures of even size: at the right and below."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Conv2d) and child.stride == (2, 2) and child.kernel_size == (3, 3):
                module.register_module(name, PaddedAfter(child))


class PaddedAfter(nn.Conv2d):
    """A 3x3 convolution of stride 2 with one row and column of zeros after the picture instead of around it."""

    def __init__(self, like: nn.Conv2d) -> None:
        super().__init__(
            like.in_channels, like.out_channels, 3, 2, padding=0, groups=like.groups, bias=like.bias is not None
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(nn.functional.pad(x, (0, 1, 0, 1)))
