"""The sentiment constraints as a loss: same emotion before same polarity, same polarity before the opposite one.

Yang et al. 2018, section "Sentiment Constraints". Both constraints have one form: of an anchor a, a nearer picture must
be closer than a farther one by a margin,

    D*(a, nearer) + margin < D*(a, farther),        D*(a, x) = D(a, x) / dis(a, x) ** strength,

with D the squared Euclidean distance of the vectors, and dis the distance of the emotions on Mikels' wheel, which the
paper takes at a strength of 1. In the first constraint, the nearer picture has the anchor's emotion and the farther one
only its polarity; in the second, the nearer one has only its polarity and the farther one not even that. So the
constraints are triplets (a, nearer, farther), as pytorch-metric-learning's miners and losses pass them on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import BaseMetricLossFunction
from pytorch_metric_learning.miners import BaseMiner
from torch import Tensor

from monitor_train.retrieval.emotion_wheel import distances, polarities
from monitor_train.retrieval.profile import Strategy

Triplets = tuple[Tensor, Tensor, Tensor]


class Wheel(torch.nn.Module):
    """What the wheel says of the pictures of a batch, by the numbers of their classes."""

    theta: Tensor
    positive: Tensor

    def __init__(self, emotions: Sequence[str], strength: float) -> None:
        super().__init__()
        self.register_buffer("theta", torch.from_numpy(distances(emotions) ** -strength), persistent=False)
        self.register_buffer("positive", torch.from_numpy(polarities(emotions)), persistent=False)

    def weighted(self, squared: Tensor, classes: Tensor) -> Tensor:
        """D* of every pair, (B, B)."""
        return squared * self.theta[classes[:, None], classes]

    def ranks(self, classes: Tensor) -> Tensor:
        """Of every pair: 0 the same emotion, 1 the same polarity, 2 opposite ones; (B, B)."""
        positive = self.positive[classes]
        return (classes[:, None] != classes).long() + (positive[:, None] != positive).long()

    def triplets(self, classes: Tensor) -> Tensor:
        """Which (anchor, nearer, farther) one of the constraints is about, (B, B, B)."""
        ranks = self.ranks(classes)
        itself = torch.eye(len(classes), dtype=torch.bool, device=classes.device)
        return (ranks[:, None, :] == ranks[:, :, None] + 1) & ~itself[:, :, None]


def squared_distance() -> LpDistance:
    """D."""
    return LpDistance(normalize_embeddings=False, p=2, power=2)


class SentimentLoss(BaseMetricLossFunction):  # type: ignore[misc]  # the library has no types
    """E_sml, with the sum of each constraint divided by how many terms it could have.

    They are the pairs (a, nearer) of the batch, for each of which the miner finds one triplet or none; without a miner,
    all triplets. So the loss does not depend on the size of the batch, and a constraint that is mostly met weighs
    little.
    """

    def __init__(
        self, emotions: Sequence[str], margins: tuple[float, float], strength: float = 1.0, **options: Any
    ) -> None:
        """`margins`: alpha_1 and alpha_2; `strength`: of the wheel."""
        super().__init__(distance=squared_distance(), **options)
        self.wheel = Wheel(emotions, strength)
        self.margins = margins

    def compute_loss(
        self, embeddings: Tensor, labels: Tensor, indices_tuple: Triplets | None, ref_emb: Tensor, ref_labels: Tensor
    ) -> dict[str, Any]:
        possible, ranks = self.wheel.triplets(labels), self.wheel.ranks(labels)
        anchor, nearer, farther = indices_tuple or torch.where(possible)
        terms = possible.any(2) if indices_tuple else possible
        weighted = self.wheel.weighted(self.distance(embeddings), labels)
        gaps = weighted[anchor, nearer] - weighted[anchor, farther]
        loss = embeddings.sum() * 0
        for rank, margin in enumerate(self.margins):
            violations = torch.relu(gaps[ranks[anchor, nearer] == rank] + margin)
            loss = loss + violations.sum() / terms[ranks == rank].sum().clamp(min=1)
        return {"loss": {"losses": loss, "indices": None, "reduction_type": "already_reduced"}}


class SentimentMiner(BaseMiner):  # type: ignore[misc]  # the library has no types
    """For every anchor and nearer picture of a batch, one farther picture where there is one.

    `random` takes any; `hard` the one closest to the anchor; `semihard` one by chance of those that are farther from
    the anchor than the nearer picture, but by less than the margin, as Schroff et al. ("FaceNet", 2015) do.
    """

    def __init__(
        self,
        emotions: Sequence[str],
        margins: tuple[float, float],
        strength: float = 1.0,
        strategy: Strategy = "semihard",
        **options: Any,
    ) -> None:
        super().__init__(distance=squared_distance(), **options)
        self.wheel = Wheel(emotions, strength)
        self.margins = margins
        self.strategy = strategy

    def mine(self, embeddings: Tensor, labels: Tensor, ref_emb: Tensor, ref_labels: Tensor) -> Triplets:
        possible = self.wheel.triplets(labels)
        weighted = self.wheel.weighted(self.distance(embeddings), labels)
        if self.strategy == "semihard":
            # the margin of an anchor and a nearer picture; opposite ones are nearer than nothing
            margin = weighted.new_tensor([*self.margins, 0.0])[self.wheel.ranks(labels)]
            gap = weighted[:, None, :] - weighted[:, :, None]
            possible &= (gap > 0) & (gap < margin[:, :, None])
        order = weighted[:, None, :] if self.strategy == "hard" else torch.rand(possible.shape, device=possible.device)
        anchor, nearer = torch.where(possible.any(2))
        farther = torch.where(possible, order, torch.inf).argmin(2)[anchor, nearer]
        return anchor, nearer, farther
