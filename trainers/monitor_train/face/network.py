"""The image branch: a ResNet-18 (He et al., "Deep residual learning for image recognition", section 4) whose pooling
layer gives way to an Amend Representation Module.

At the size of the paper the trunk is torchvision's. The compact one is narrower, with a stem of one 3x3 convolution
without pooling, because its faces have 64 pixels. Each picture is first brought to the same brightness and contrast.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from monitor_train.face.amend_representation import AmendRepresentation
from monitor_train.face.profile import Profile


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut: (B, in, H, W) -> (B, out, H / stride, W / stride)."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels_out)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class CompactTrunk(nn.Module):
    """Evened grey faces (B, 1, S, S) -> feature maps (B, 8 * width, S / 16, S / 16)."""

    def __init__(self, width: int) -> None:
        """`width`: channels of the first stage, doubled by each of the three that follow; 64 in the paper."""
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.stages = nn.Sequential(
            Block(width, width, 1),
            Block(width, width, 1),
            Block(width, 2 * width, 2),
            Block(2 * width, 2 * width, 1),
            Block(2 * width, 4 * width, 2),
            Block(4 * width, 4 * width, 1),
            Block(4 * width, 8 * width, 2),
            Block(8 * width, 8 * width, 1),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if isinstance(module, Block):
                nn.init.zeros_(module.norm2.weight)  # every block starts as its shortcut

    def forward(self, pictures: Tensor) -> Tensor:
        maps: Tensor = self.stages(self.stem(pictures))
        return maps


def paper_trunk() -> nn.Sequential:
    """torchvision's ResNet-18 up to its fourth stage, (B, 3, 224, 224) -> (B, 512, 7, 7)."""
    from torchvision.models import resnet18

    layers = resnet18(weights=None).named_children()
    return nn.Sequential(OrderedDict((name, layer) for name, layer in layers if name not in ("avgpool", "fc")))


class FaceNetwork(nn.Module):
    """Normalised faces (B, C, S, S) -> logits (B, classes)."""

    def __init__(self, profile: Profile, classes: int, dropout: float = 0.1) -> None:
        super().__init__()
        paper = profile.colour == "rgb"
        self.trunk = paper_trunk() if paper else CompactTrunk(profile.width)
        cells = profile.size // (32 if paper else 16)
        self.amend = AmendRepresentation(8 * profile.width, cells, profile.cell, profile.stride)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(self.amend.features, classes)

    def features(self, pictures: Tensor) -> Tensor:
        """The representations (B, F) of faces (B, C, S, S), which `classify` turns into logits."""
        middle = pictures.mean((1, 2, 3), keepdim=True)
        spread = (pictures - middle).square().mean((1, 2, 3), keepdim=True).sqrt()
        pictures = (pictures - middle) / (spread + 0.05)  # each picture by itself: a dark face looks like a bright one
        representation: Tensor = self.amend(self.trunk(pictures))
        return representation

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.classify(self.dropout(self.features(pictures)))
        return logits
