"""Batches in which every emotion has several pictures, so that there is something to compare."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

Counts = NDArray[np.int64]


class EmotionBatches(Sampler[list[int]]):
    """Rows of one epoch in batches of `size`, with `least` or more of every class in each.

    Apart from that, the classes are as frequent as in the whole set. The pictures of a class come in an order by
    chance, all before any comes again. An epoch has as many batches as the set would fill.
    """

    def __init__(self, classes: Counts, size: int, least: int, seed: int) -> None:
        """`classes`: (N,), the class of every row from 0 on, none of them empty."""
        self.rows = [np.flatnonzero(classes == each) for each in range(classes.max() + 1)]
        self.quotas = quotas(np.array([len(each) for each in self.rows]), size, least)
        self.batches = max(1, len(classes) // size)
        self.seed = seed

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[list[int]]:
        generator = np.random.default_rng(self.seed)
        streams = [
            shuffled(rows, quota * self.batches, generator) for rows, quota in zip(self.rows, self.quotas, strict=True)
        ]
        for batch in zip(*(stream.reshape(self.batches, -1) for stream in streams), strict=True):
            yield np.concatenate(batch).tolist()


def shuffled(rows: Counts, count: int, generator: np.random.Generator) -> Counts:
    """`count` of `rows` by chance, each as often as the others or once more."""
    rounds = -(-count // len(rows))
    return np.asarray(np.concatenate([generator.permutation(rows) for _ in range(rounds)])[:count])


def quotas(counts: Counts, size: int, least: int) -> Counts:
    """How many pictures of each class a batch of `size` has: their share of `counts`, but at least `least`."""
    shares = counts / counts.sum() * size
    found: Counts = np.maximum(least, np.floor(shares)).astype(np.int64)
    while found.sum() < size:
        found[np.argmax(shares - found)] += 1
    while found.sum() > size:
        found[np.argmax(np.where(found > least, found - shares, -np.inf))] -= 1
    return found
