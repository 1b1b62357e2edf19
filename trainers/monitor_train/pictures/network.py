"""The networks that look at whole pictures, and the weights they start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
import torch.nn.functional as F  # noqa: N812
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torchvision import models

from monitor.errors import ConfigError
from monitor.model.artifact import Artifact
from monitor_train.pictures.adaptive_pool import AdaptivePool
from monitor_train.pictures.settings import CHANCE, IMAGENET, Architecture, Convention
from monitor_train.pictures.vgg_cnn import VggCnnM2048
from monitor_train.pictures.weights import COUNTER, artifact_weights

CELLS = {"alexnet": 6, "vgg16": 7}
INSTEAD = f"give a file with --init, or --init {CHANCE} to start from nothing"


def make_network(
    architecture: Architecture, classes: int, *, convention: Convention = "torchvision", **options: Any
) -> nn.Module:
    """A network without trained weights: normalised pictures (B, 3, S, S) -> logits (B, classes).

    `options` go to torchvision, `width_mult` for a narrower MobileNetV2 for example.
    """
    network: nn.Module
    if architecture == "vgg_cnn_m_2048":
        network = VggCnnM2048(classes)
    else:
        network = getattr(models, architecture)(weights=None, num_classes=classes, **options)
        if architecture in CELLS:  # their fully connected layers see so many cells, at every size of the picture
            network.avgpool = AdaptivePool(CELLS[architecture])
    replace_strided(network, convention)
    return network.to(memory_format=torch.channels_last)


def begin_from(network: nn.Module, architecture: Architecture, init: str, *, whole: bool = False) -> None:
    """Give `network` the initial weights that `init` names: `imagenet`, `random`, a file of safetensors, or the folder
    of an artifact with that network.

    Unless `whole`, the last layer keeps its chance weights where its number of classes is another one. Raises
    ConfigError where the weights cannot be had or are of another network.
    """
    if init == CHANCE:
        return
    weights = downloaded(architecture, INSTEAD) if init == IMAGENET else stored(Path(init))
    own = network.state_dict()
    last = list(own)[-2:]  # weight and bias of the classifier
    for name, value in own.items():
        if name in weights and weights[name].shape == value.shape:
            own[name] = weights[name].to(value.dtype)
        elif (whole or name not in last) and not name.endswith(COUNTER):
            raise ConfigError(f"--init {init} holds no weights of {architecture}: {name} is missing or of another size")
    network.load_state_dict(own)


def downloaded(architecture: str, instead: str) -> dict[str, torch.Tensor]:
    """ImageNet weights as torchvision downloads and keeps them, showing size and progress.

    Raises ConfigError, which says what to do `instead`, where they cannot be had.
    """
    if architecture not in models.list_models():
        raise ConfigError(f"torchvision has no weights of {architecture}; give a file of safetensors with --init")
    try:
        return dict(models.get_model_weights(architecture).DEFAULT.get_state_dict(progress=True, check_hash=True))
    except (URLError, OSError, RuntimeError) as error:
        raise ConfigError(f"torchvision cannot download the weights of {architecture} ({error}); {instead}") from None


def stored(path: Path) -> dict[str, torch.Tensor]:
    """The state dict in a file of safetensors or in an artifact's folder."""
    if path.is_dir():
        return artifact_weights(Artifact.read(path))
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ConfigError(f"--init {path} is neither a file of safetensors nor an artifact ({error})") from None


def replace_strided(network: nn.Module, convention: Convention) -> None:
    """Let the 3x3 convolutions of stride 2 pad as the convention has it, and the depthwise ones train fast."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if not isinstance(child, nn.Conv2d) or (child.stride, child.kernel_size) != ((2, 2), (3, 3)):
                continue
            if convention == "tensorflow" or child.groups > 1:
                module.register_module(name, Strided(child, convention))


class Strided(nn.Conv2d):
    """A 3x3 convolution of stride 2.

    torchvision puts zeros on all sides of a picture; TensorFlow does where its side is odd, otherwise one row below and
    one column at the right. While it trains, a depthwise one is computed at stride 1 and thinned out, which gives the
    same numbers: its gradient at stride 2 takes several times as long on CPUs, half of the training of a MobileNetV2.
    """

    def __init__(self, like: nn.Conv2d, convention: Convention) -> None:
        super().__init__(like.in_channels, like.out_channels, 3, 2, groups=like.groups, bias=like.bias is not None)
        self.convention = convention

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        above, left = (int(self.convention == "torchvision" or side % 2 == 1) for side in x.shape[-2:])
        x = F.pad(x, (left, 1, above, 1))
        if self.training and self.groups > 1:
            return F.avg_pool2d(F.conv2d(x, self.weight, self.bias, groups=self.groups), 1, stride=2)
        return super().forward(x)
