"""The sentiment constraints as a loss: same emotion before same polarity, same polarity before the opposite one.

Yang et al. 2018, section "Sentiment Constraints". Both constraints have one form: of an anchor a, a nearer picture must
be closer than a farther one by a margin,

    D*(a, nearer) + margin < D*(a, farther),        D*(a, x) = D(a, x) / dis(a, x),

with D the squared Euclidean distance of the vectors, and dis the distance of the emotions on Mikels' wheel. In the
first constraint, the nearer picture has the anchor's emotion and the farther one only its polarity; in the second, the
nearer one has only its polarity and the farther one not even that. So the constraints are triplets (a, nearer,
farther), as pytorch-metric-learning's miners and losses pass them on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import BaseMetricLossFunction
from pytorch_metric_learning.miners import BaseMiner
from torch import Tensor

from monitor_train.retrieval.wheel import distances, polarities

Strategy = Literal["random", "hard", "semihard"]
Triplets = tuple[Tensor, Tensor, Tensor]


class Wheel(torch.nn.Module):
    """What the wheel says of the pictures of a batch, by the numbers of their classes."""

    dis: Tensor
    positive: Tensor

    def __init__(self, emotions: Sequence[str]) -> None:
        super().__init__()
        self.register_buffer("dis", torch.from_numpy(distances(emotions)), persistent=False)
        self.register_buffer("positive", torch.from_numpy(polarities(emotions)), persistent=False)

    def weighted(self, squared: Tensor, classes: Tensor) -> Tensor:
        """D* of every pair, (B, B)."""
        return squared / self.dis[classes[:, None], classes]

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


class SentimentLoss(BaseMetricLossFunction):
    """E_sml, with the mean of each constraint's triplets instead of their sum.

    So its size depends neither on the batch nor on the miner. Without triplets it takes all that there are.
    """

    def __init__(self, emotions: Sequence[str], margins: tuple[float, float], **options: Any) -> None:
        """`margins`: alpha_1 and alpha_2."""
        super().__init__(distance=squared_distance(), **options)
        self.wheel = Wheel(emotions)
        self.margins = margins

    def compute_loss(
        self, embeddings: Tensor, labels: Tensor, indices_tuple: Triplets | None, ref_emb: Tensor, ref_labels: Tensor
    ) -> dict[str, Any]:
        anchor, nearer, farther = indices_tuple or torch.where(self.wheel.triplets(labels))
        weighted = self.wheel.weighted(self.distance(embeddings), labels)
        gaps = weighted[anchor, nearer] - weighted[anchor, farther]
        ranks = self.wheel.ranks(labels)[anchor, nearer]
        loss = embeddings.sum() * 0
        for rank, margin in enumerate(self.margins):
            of_constraint = gaps[ranks == rank]
            if len(of_constraint):
                loss = loss + torch.relu(of_constraint + margin).mean()
        return {"loss": {"losses": loss, "indices": None, "reduction_type": "already_reduced"}}


class SentimentMiner(BaseMiner):
    """For every anchor and nearer picture of a batch, one farther picture where there is one.

    `random` takes any; `hard` the one closest to the anchor; `semihard` one by chance of those that are farther from
    the anchor than the nearer picture, but by less than the margin, as Schroff et al. ("FaceNet", 2015) do.
    """

    def __init__(
        self, emotions: Sequence[str], margins: tuple[float, float], strategy: Strategy = "semihard", **options: Any
    ) -> None:
        super().__init__(distance=squared_distance(), **options)
        self.wheel = Wheel(emotions)
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
