"""The Amend Representation Module, which takes the place of the pooling layer of a network for faces (Shi and Zhu,
"Learning to amend facial expression representation via de-albino and affinity", arXiv 2103.10189)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

MOMENTUM = 0.1
"""Weight of a mini-batch in the moving average that stands for the mean of all faces."""


class AmendRepresentation(nn.Module):
    """Feature maps (B, C, H, W) -> representations (B, side * side).

    **Rearranging**: the C numbers of every cell are laid out as `cell` x `cell` pixels, which gives C / cell^2 pictures
    of H * cell by W * cell pixels.

    **De-albino**: one convolution without padding, the same for every one of these pictures, with a kernel two cells
    wide. The cells of the border, which the zero padding of the layers before has eroded, lie under the kernel less
    often than those of the middle.

    **Affinity**: the pictures are averaged, and what all faces have in common is added, times a learned number. The
    published code takes the mean of the mini-batch for it, which makes an answer depend on the other faces of the
    batch; here it is the exponential moving average of these means, so that an answer depends on its own face alone.
    """

    mean: Tensor

    def __init__(self, channels: int, height: int, cell: int, stride: int) -> None:
        """`channels`, `height`: C and H = W of the feature maps; `stride`: of the convolution, in pixels."""
        super().__init__()
        if channels % cell**2:
            raise ValueError(f"{channels} channels cannot be laid out as pictures of {cell} x {cell} pixels a cell")
        self.side = (height - 2) * cell // stride + 1
        self.arrange = nn.PixelShuffle(cell)
        self.de_albino = nn.Conv2d(1, 1, 2 * cell, stride, bias=False)
        self.norm = nn.BatchNorm2d(channels // cell**2)
        self.share = nn.Parameter(torch.ones(()))
        self.register_buffer("mean", torch.zeros(self.side, self.side))
        self.affinity: Literal["average", "batch"] = "average"  # "batch" as published, only to show what it does

    @property
    def features(self) -> int:
        """Length of a representation."""
        return self.side**2

    def forward(self, maps: Tensor) -> Tensor:
        pictures = self.arrange(maps)
        count, groups, height, width = pictures.shape
        amended = self.de_albino(pictures.reshape(count * groups, 1, height, width))
        own = self.norm(amended.view(count, groups, self.side, self.side)).mean(1)  # (B, side, side)
        if self.affinity == "batch":
            common = own.mean(0)
        else:
            if self.training:
                self.mean.lerp_(own.detach().mean(0).to(self.mean.dtype), MOMENTUM)
            common = self.mean
        representation: Tensor = (own + self.share * common).flatten(1)
        return representation
