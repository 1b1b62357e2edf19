"""The network that classifies a picture and describes it by its sentiment vector."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torchvision.models.feature_extraction import create_feature_extractor

from monitor_train.pictures.network import make_network
from monitor_train.pictures.settings import Convention
from monitor_train.retrieval.profile import Trunk
from monitor_train.retrieval.sentiment_vector import SentimentVector

LAYERS = {
    "mobilenet_v2": ("features.6", "features.13", "features.18"),
    "googlenet": ("inception3b", "inception4e", "inception5b"),
}
"""Whose maps the sentiment vector sees, as torchvision names them: the last before every halving of the size, from an
eighth of the picture's on."""
HEAD = {"mobilenet_v2": "classifier", "googlenet": "fc"}
GOOGLENET = {"aux_logits": False, "init_weights": False}
POOLED = "flatten"
"""The maps of the last layer, averaged: what the head sees."""


class Readout(NamedTuple):
    """Three descriptions of pictures."""

    logits: Tensor
    """(B, emotions)."""
    vector: Tensor
    """The sentiment vector, (B, length)."""
    pooled: Tensor
    """What the last fully connected layer sees, (B, 1280) or (B, 1024)."""


class AffectiveNetwork(nn.Module):
    """A trunk that ends in a fully connected layer of emotions, and the sentiment vector of three of its layers."""

    def __init__(
        self,
        architecture: Trunk,
        emotions: int,
        channels: int,
        *,
        rooted: bool,
        convention: Convention,
        width: float = 1,
    ) -> None:
        super().__init__()
        options: dict[str, dict[str, Any]] = {
            "mobilenet_v2": {"width_mult": width},
            "googlenet": GOOGLENET | {"transform_input": convention == "torchvision"},
        }
        network = make_network(architecture, emotions, convention=convention, **options[architecture])
        self.layers = LAYERS[architecture]
        self.trunk = create_feature_extractor(
            network, {name: name for name in self.layers} | {POOLED: "pooled", HEAD[architecture]: "logits"}
        )
        with torch.inference_mode():
            seen = self.trunk.eval()(torch.zeros(1, 3, 64, 64))
        self.trunk.train()
        self.vector = SentimentVector([seen[name].shape[1] for name in self.layers], channels, rooted=rooted)

    def forward(self, pictures: Tensor) -> Readout:
        """Normalised pictures (B, 3, S, S)."""
        maps = self.trunk(pictures)
        return Readout(maps["logits"], self.vector([maps[name] for name in self.layers]), maps["pooled"])
