"""The sentiment vector: which textures of several depths occur together in a picture.

Yang et al. 2018, section "Sentiment Vector for Feature Embedding".
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

SMALL = 1e-3
"""Added under the root, whose slope would be infinite at products of 0."""


class SentimentVector(nn.Module):
    """Feature maps of several layers, each (B, C, H, W) -> one vector of unit length per picture (B, length).

    A 1x1 convolution and a ReLU reduce each layer to so many `channels`; of the inner products of every two of these
    maps (the Gram matrix), one of each pair is kept. `rooted` weighs the layers equally and tames large products, which
    the paper does not do: the convolutions have norms, the products are means over the positions, and the square roots
    of each layer get unit length before the layers are joined.
    """

    lower: Tensor

    def __init__(self, widths: Sequence[int], channels: int, *, rooted: bool) -> None:
        """`widths`: the number of channels C of each layer."""
        super().__init__()
        self.rooted = rooted
        self.reductions = nn.ModuleList(reduction(width, channels, norm=rooted) for width in widths)
        first, second = torch.triu_indices(channels, channels)
        self.register_buffer("lower", second * channels + first, persistent=False)  # 11, 21, ... N1, 22, ... NN
        self.length = len(widths) * channels * (channels + 1) // 2

    def forward(self, layers: Sequence[Tensor]) -> Tensor:
        parts = []
        for reduce, maps in zip(self.reductions, layers, strict=True):
            reduced = reduce(maps)
            with torch.autocast(reduced.device.type, enabled=False):  # products of half precision would be too coarse
                products = gram(reduced.float()).flatten(1).index_select(1, self.lower)
            parts.append(F.normalize(root(products)) if self.rooted else products)
        return F.normalize(torch.cat(parts, 1))


def gram(maps: Tensor) -> Tensor:
    """Inner products of every two maps (B, K, H, W), divided by the number of positions: (B, K, K).

    The paper has the sums (equation of Phi); the mean of each keeps layers of different sizes comparable.
    """
    columns = maps.flatten(2)
    products: Tensor = columns @ columns.transpose(1, 2) / columns.shape[2]
    return products


def root(products: Tensor) -> Tensor:
    """Square root of numbers from 0 on, with a finite slope."""
    roots: Tensor = torch.sqrt(products + SMALL) - SMALL**0.5
    return roots


def reduction(width: int, channels: int, *, norm: bool) -> nn.Sequential:
    """The 1x1 convolution with its nonlinearity."""
    norms = [nn.BatchNorm2d(channels)] if norm else []
    return nn.Sequential(nn.Conv2d(width, channels, 1, bias=not norm), *norms, nn.ReLU())
