"""The sentiment constraints against loops over all triples."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from monitor_train.retrieval.constraints import SentimentLoss, SentimentMiner
from monitor_train.retrieval.emotion_wheel import polarity, steps
from monitor_train.retrieval.profile import Strategy

EMOTIONS = ("amusement", "awe", "excitement", "fear", "sadness")
MARGINS = (0.3, 0.15)
STRENGTHS = (1.0, 0.25, 0.0)
Triples = set[tuple[int, int, int]]


@pytest.fixture
def batch() -> tuple[Tensor, Tensor]:
    """Vectors (20, 6) of unit length, and their emotions."""
    generator = torch.Generator().manual_seed(3)
    vectors = F.normalize(torch.rand(20, 6, generator=generator, dtype=torch.float64))
    return vectors.requires_grad_(), torch.arange(20) % len(EMOTIONS)


def weighted(vectors: Tensor, classes: Tensor, strength: float) -> np.ndarray:
    """D* of every pair, by the definition."""
    rows = vectors.detach().numpy()
    found = np.empty((len(rows), len(rows)))
    for i in range(len(rows)):
        for j in range(len(rows)):
            dis = 1 + steps(EMOTIONS[classes[i]], EMOTIONS[classes[j]])
            found[i, j] = ((rows[i] - rows[j]) ** 2).sum() / dis**strength
    return found


def triples(classes: Tensor) -> tuple[Triples, Triples]:
    """(anchor, positive, related) and (anchor, related, negative), all of them."""
    names = [EMOTIONS[each] for each in classes]
    first, second = set(), set()
    for a in range(len(names)):
        for x in range(len(names)):
            for y in range(len(names)):
                alike_x, alike_y = (polarity(names[a]) == polarity(names[each]) for each in (x, y))
                if x != a and names[x] == names[a] and alike_y and names[y] != names[a]:
                    first.add((a, x, y))
                if alike_x and names[x] != names[a] and not alike_y:
                    second.add((a, x, y))
    return first, second


@pytest.mark.parametrize("strength", STRENGTHS)
def test_the_loss_is_that_of_both_constraints(batch: tuple[Tensor, Tensor], strength: float) -> None:
    vectors, classes = batch
    distances = weighted(vectors, classes, strength)
    loss = SentimentLoss(EMOTIONS, MARGINS, strength)
    expected = 0.0
    for found, margin in zip(triples(classes), MARGINS, strict=True):
        assert found
        expected += np.mean([max(0.0, distances[a, x] - distances[a, y] + margin) for a, x, y in found])
    assert loss(vectors, classes).item() == pytest.approx(expected, rel=1e-6)


def test_triplets_of_a_miner_count_by_the_pairs_that_it_had(batch: tuple[Tensor, Tensor]) -> None:
    vectors, classes = batch
    distances = weighted(vectors, classes, 1.0)
    first, second = (sorted(each) for each in triples(classes))
    given = [first[7], second[3], second[90]]
    anchors, nearer, farther = (torch.tensor(each) for each in zip(*given, strict=True))
    expected = 0.0
    for among, found, margin in ((first, given[:1], MARGINS[0]), (second, given[1:], MARGINS[1])):
        violations = [max(0.0, distances[a, x] - distances[a, y] + margin) for a, x, y in found]
        assert sum(violations) > 0
        expected += sum(violations) / len({(a, x) for a, x, _ in among})
    found = SentimentLoss(EMOTIONS, MARGINS)(vectors, classes, (anchors, nearer, farther))
    assert found.item() == pytest.approx(expected, rel=1e-6)


def test_the_gradient_is_that_of_the_loss(batch: tuple[Tensor, Tensor]) -> None:
    vectors, classes = batch
    loss = SentimentLoss(EMOTIONS, MARGINS)
    assert torch.autograd.gradcheck(lambda each: loss(each, classes[:10]), vectors[:10, :3].detach().requires_grad_())


@pytest.mark.parametrize(
    ("strategy", "strength"), [("random", 1.0), ("hard", 1.0), ("hard", 0.0), ("semihard", 1.0), ("semihard", 0.25)]
)
def test_the_miner_takes_one_farther_picture_for_every_nearer_one(
    batch: tuple[Tensor, Tensor], strategy: Strategy, strength: float
) -> None:
    vectors, classes = batch
    distances = weighted(vectors, classes, strength)
    allowed: dict[tuple[int, int], set[int]] = {}
    for found, margin in zip(triples(classes), MARGINS, strict=True):
        for a, x, y in found:
            if strategy != "semihard" or 0 < distances[a, y] - distances[a, x] < margin:
                allowed.setdefault((a, x), set()).add(y)
    if strategy == "hard":
        allowed = {(a, x): {min(ys, key=lambda y, a=a: distances[a, y])} for (a, x), ys in allowed.items()}
    miner = SentimentMiner(EMOTIONS, MARGINS, strength, strategy)
    torch.manual_seed(0)
    mined = [miner(vectors, classes) for _ in range(15)]
    for anchors, nearer, farther in mined:
        pairs = list(zip(anchors.tolist(), nearer.tolist(), strict=True))
        assert sorted(pairs) == sorted(allowed)
        assert all(y in allowed[pair] for pair, y in zip(pairs, farther.tolist(), strict=True))
    if strategy != "hard":  # chance comes to all of them in time
        seen: dict[tuple[int, int], set[int]] = {}
        for anchors, nearer, farther in mined:
            for a, x, y in zip(anchors.tolist(), nearer.tolist(), farther.tolist(), strict=True):
                seen.setdefault((a, x), set()).add(y)
        assert sum(map(len, seen.values())) > 0.7 * sum(map(len, allowed.values()))


def test_without_triplets_there_is_no_loss(batch: tuple[Tensor, Tensor]) -> None:
    """All of one emotion: nothing is nearer or farther by its feeling."""
    vectors, _ = batch
    alike = torch.zeros(20, dtype=torch.long)
    mined = SentimentMiner(EMOTIONS, MARGINS)(vectors, alike)
    assert all(len(each) == 0 for each in mined)
    for triplets in (mined, None):
        loss = SentimentLoss(EMOTIONS, MARGINS)(vectors, alike, triplets)
        loss.backward()
        assert loss.item() == 0
    assert vectors.grad is not None
    assert not vectors.grad.any()
