"""The network that sees only the landmarks of a face (Kanamori, Kanamori, Endo and Mitani, "Facial emotion estimation
using facial landmarks", section 4.1, table 1)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from monitor_train.face.amend_representation import AmendRepresentation
from monitor_train.face.profile import Convolution


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
