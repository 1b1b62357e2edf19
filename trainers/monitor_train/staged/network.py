"""The network that goes from stage to stage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from monitor.errors import ConfigError
from monitor_train.face.augment import views_of
from monitor_train.pictures.classifier import PictureNetwork
from monitor_train.pictures.settings import PictureSettings
from monitor_train.pictures.weights import read_checkpoint, take_weights


@dataclass(frozen=True, kw_only=True)
class Settings(PictureSettings):
    """Everything that decides how a stage goes."""

    frozen: int = 0
    """How many of the first layers with weights keep them."""
    start: str = ""
    """Checkpoint of the stage before; the first one begins with `init`."""


class StagedNetwork(PictureNetwork):
    """Faces of any size, enlarged to the stage's resolution; the first layers may be frozen."""

    settings_type = Settings
    settings: Settings

    def frozen(self) -> list[nn.Module]:
        return first_layers(self.network, self.settings.frozen)

    def begin(self) -> None:
        if self.settings.start:
            take_weights(self, read_checkpoint(Path(self.settings.start))["state_dict"], self.settings.start)
        else:
            super().begin()

    def forward(self, pictures: Tensor) -> Any:
        size = self.settings.size
        if pictures.shape[-1] != size:
            pictures = F.interpolate(pictures, (size, size), mode="bilinear")
        return super().forward(pictures)

    def views(self, pictures: Tensor) -> Tensor:
        return views_of(pictures, 1.0, self.settings.size).to(self.device)


def first_layers(network: nn.Module, count: int) -> list[nn.Module]:
    """The modules with weights up to the convolution or fully connected layer number `count`, norms among them.

    Raises ConfigError where nothing would be left to learn.
    """
    found: list[nn.Module] = []
    layers = 0
    for module in network.modules():
        if list(module.children()) or not list(module.parameters()):
            continue
        layers += isinstance(module, nn.Conv2d | nn.Linear)
        if layers > count:
            return found
        found.append(module)
    raise ConfigError(f"frozen = {count} leaves nothing to learn: the network has {layers} layers with weights")
