"""The network: the convolutional part of VGG16 or of a smaller one, and a new head."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from monitor_train.crowd.settings import Settings
from monitor_train.face.augment import views_of
from monitor_train.face.training_faces import CANVAS
from monitor_train.pictures.classifier import PictureNetwork
from monitor_train.pictures.network import begin_from

HIDDEN, DROPOUT = 256, 0.5
"""Of the head: flattened features, a layer of 256, ReLU, dropout, the classes."""
IMAGENET_CLASSES = 1000


class CrowdNetwork(PictureNetwork):
    """Faces (B, 3, S, S) in [0, 1] -> logits (B, classes); learns from the share of each class (B, classes)."""

    settings: Settings
    settings_type = Settings
    network: nn.Sequential

    def make_network(self, classes: int) -> nn.Module:
        features = self.whole().features
        with torch.inference_mode():
            shape = features.eval()(torch.zeros(1, 3, self.settings.size, self.settings.size)).shape
        features.train()
        head = nn.Sequential(
            nn.Flatten(),
            nn.Linear(shape[1:].numel(), HIDDEN),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(HIDDEN, classes),
        )
        return nn.Sequential(features, head)

    def frozen(self) -> list[nn.Module]:
        return [self.network[0]] if self.settings.frozen else []

    def begin(self) -> None:
        """Give the convolutional part its initial weights. Raises ConfigError where they cannot be had."""
        whole = self.whole()
        begin_from(whole, self.settings.architecture, self.settings.init)
        self.network[0].load_state_dict(whole.features.state_dict())

    def whole(self) -> Any:
        """The network whose convolutional part this one has, without trained weights."""
        return super().make_network(IMAGENET_CLASSES)

    def views(self, pictures: Tensor) -> Tensor:
        """Random views (B, 3, S, S) in [0, 1] of canvases, uint8 (B, H, H, 3)."""
        return views_of(pictures, 1 / CANVAS, self.settings.size).to(self.device)
