"""The network that sees only the landmarks of a face (Kanamori, Kanamori, Endo and Mitani, "Facial emotion estimation
using facial landmarks", section 4.1, table 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from monitor_train.face.arm import AmendRepresentation


@dataclass(frozen=True)
class Convolution:
    """One row of the table, without padding; with `pool` a 2 x 2 maximum follows."""

    kernel: int
    channels: int
    pool: bool = False


PAPER = (
    Convolution(5, 32, pool=True),
    Convolution(3, 64, pool=True),
    Convolution(3, 128, pool=True),
    Convolution(3, 256, pool=True),
    Convolution(3, 512),
    Convolution(4, 512),
)
"""224 x 224 -> 7 x 7 x 512."""
COMPACT = (
    Convolution(5, 16, pool=True),
    Convolution(3, 32, pool=True),
    Convolution(3, 64),
    Convolution(3, 128),
    Convolution(3, 192),
    Convolution(4, 192),
)
"""64 x 64 -> 5 x 5 x 192: the first two reductions of the paper's, and narrower."""


class LandmarkNetwork(nn.Module):
    """Heatmaps (B, 1, S, S) in [0, 1] -> logits (B, classes)."""

    def __init__(self, classes: int, size: int, table: Sequence[Convolution], cell: int, stride: int) -> None:
        """`cell`, `stride`: of the Amend Representation Module."""
        super().__init__()
        layers: list[nn.Module] = []
        self.places: list[tuple[float, float]] = []
        """For each row of the table where on the heatmap its first unit is centred, in pixels from the border, and the
        distance to the next: without padding, the maps leave out the heatmap's edge."""
        before, first, step = 1, 0.5, 1.0
        for row in table:
            layers.append(nn.Conv2d(before, row.channels, row.kernel, bias=False))
            size, first = size - row.kernel + 1, first + (row.kernel - 1) / 2 * step
            if row.pool:
                layers.append(nn.MaxPool2d(2))
                size, first, step = size // 2, first + step / 2, 2 * step
            self.places.append((first, step))
            layers += [nn.BatchNorm2d(row.channels), nn.ReLU()]
            before = row.channels
        self.trunk = nn.Sequential(*layers)
        self.amend = AmendRepresentation(before, size, cell, stride)
        self.classify = nn.Linear(self.amend.features, classes)

    @property
    def fifth(self) -> nn.Module:
        """The fifth convolution with its norm's and unit's result, which explanations look at."""
        convolutions = [index for index, layer in enumerate(self.trunk) if isinstance(layer, nn.Conv2d)]
        fifth: nn.Module = self.trunk[convolutions[4] + 2]
        return fifth

    def features(self, heatmaps: Tensor) -> Tensor:
        """The representations (B, F), which `classify` turns into logits."""
        representation: Tensor = self.amend(self.trunk(heatmaps))
        return representation

    def forward(self, heatmaps: Tensor) -> Tensor:
        logits: Tensor = self.classify(self.features(heatmaps))
        return logits
