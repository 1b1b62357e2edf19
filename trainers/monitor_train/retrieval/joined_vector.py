"""One vector of what a picture evokes and what it looks like, so that cosines rank by both.

Of two pictures with emotions p and p', the chance that they evoke the same one is the product p . p'. Rankings by the
cosine of p and p' lose how sure each is, and with it much of their precision. So a vector of unit length has two parts:
the emotions, as long as they are sure, and the sentiment vector (Yang et al. 2018), which takes up the rest,

    v = (A q, sqrt(1 - |A q|^2) s),        A^2 = agreement,        q ~ p ** SHARPNESS.

The agreement of two emotions is 1 where they are the same, POLARITY where only their polarity is, and 0 for opposite
ones, in the order of the sentiment constraints. s is whitened (Jegou and Chum, "Negative evidences and co-occurrences
in image retrieval: the benefit of PCA and whitening", 2012): sentiment vectors have no negative numbers, so that any
two are alike, and what most have in common would drown the emotions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from torch import Tensor, nn

from monitor_train.retrieval.emotion_wheel import polarities

SHARPNESS = 2.0
POLARITY = 0.15
"""Both by the validation pictures of FI: sharper emotions gain nothing, and more polarity costs emotions."""
RIDGE = 1e-5
"""Variance of a sentiment vector, of unit length, that is brought to a half; smaller ones stay small, so that rounding
is not enlarged."""
LEAST = 1e-6
"""What the rest is at least, so that rounding leaves nothing negative under the root."""


class JoinedVector(nn.Module):
    """Logits (B, E) and sentiment vectors (B, L) -> vectors of unit length (B, E + L)."""

    root: Tensor
    centre: Tensor
    whitener: Tensor

    def __init__(self, emotions: Sequence[str], temperature: float, seen: NDArray[np.floating[Any]]) -> None:
        """`temperature`: of the probabilities; `seen`: sentiment vectors of training pictures, (N, L)."""
        super().__init__()
        self.length = len(emotions) + seen.shape[1]
        self.sharpness = SHARPNESS / temperature
        self.register_buffer("root", torch.from_numpy(sqrtm(agreement(emotions))).float())
        self.register_buffer("centre", torch.from_numpy(seen.mean(0)).float())
        self.register_buffer("whitener", torch.from_numpy(whitener(seen)).float())

    def forward(self, logits: Tensor, sentiment: Tensor) -> Tensor:
        evoked = torch.softmax(logits * self.sharpness, 1) @ self.root
        rest = torch.sqrt(torch.clamp(1 - evoked.square().sum(1, keepdim=True), min=LEAST))
        looks = F.normalize((sentiment - self.centre) @ self.whitener, eps=1)  # shorter than 1 is next to nothing
        return F.normalize(torch.cat([evoked, rest * looks], 1))


def agreement(emotions: Sequence[str]) -> NDArray[np.float64]:
    """How much every two emotions agree, (E, E)."""
    positive = polarities(emotions)
    return np.where(np.eye(len(emotions), dtype=bool), 1.0, POLARITY * (positive[:, None] == positive))


def whitener(seen: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """What gives vectors like those `seen`, (N, L), about variance 1 in all directions, (L, L)."""
    covariance = np.cov(seen.astype(np.float64), rowvar=False)
    return np.asarray(np.linalg.inv(sqrtm(covariance + RIDGE * np.eye(len(covariance)))))
