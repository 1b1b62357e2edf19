"""A compact ResNet-18 for small grey faces (He et al., "Deep residual learning for image recognition", section 4).

Three changes against the paper's network fit it to faces of 64 pixels: the stem is one 3x3 convolution without pooling,
every stage is narrower by the same factor, and each picture is first brought to the same brightness and contrast.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


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


class FaceNetwork(nn.Module):
    """Normalised grey faces (B, 1, S, S) -> logits (B, classes)."""

    def __init__(self, classes: int = 8, width: int = 40, stem_stride: int = 2, dropout: float = 0.3) -> None:
        """`width`: channels of the first stage, doubled by each of the three that follow; 64 in the paper."""
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, width, 3, stem_stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )  # (B, width, S / stem_stride, S / stem_stride)
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
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(8 * width, classes)
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if isinstance(module, Block):
                nn.init.zeros_(module.norm2.weight)  # every block starts as its shortcut

    def forward(self, pictures: Tensor) -> Tensor:
        middle = pictures.mean((1, 2, 3), keepdim=True)
        spread = (pictures - middle).square().mean((1, 2, 3), keepdim=True).sqrt()
        pictures = (pictures - middle) / (spread + 0.05)  # each picture by itself: a dark face looks like a bright one
        logits: Tensor = self.head(self.stages(self.stem(pictures)))
        return logits
