"""VGG-CNN-M-2048 (Chatfield, Simonyan, Vedaldi and Zisserman, "Return of the devil in the details: delving deep into
convolutional nets", BMVC 2014, table 1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from monitor_train.pictures.adaptive_pool import AdaptivePool

CELLS = 6
"""Side of the last maps of a picture of 224 pixels; those of other pictures are pooled to it."""


class VggCnnM2048(nn.Module):
    """Normalised pictures (B, 3, S, S) -> logits (B, classes); S is 224 in the paper, 48 or more here.

    Five convolutions and three fully connected layers. The second to last of these has 2,048 units, which is what the
    name ends in. Local responses are normalised after the first two convolutions.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 96, 7, stride=2),
            nn.ReLU(),
            nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            nn.Conv2d(96, 256, 5, stride=2, padding=1),
            nn.ReLU(),
            nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            nn.Conv2d(256, 512, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(512, 512, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(512, 512, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, ceil_mode=True),
        )
        self.pool = AdaptivePool(CELLS)
        self.classifier = nn.Sequential(
            nn.Linear(512 * CELLS**2, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, 2048),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(2048, classes),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.classifier(torch.flatten(self.pool(self.features(pictures)), 1))
        return logits
