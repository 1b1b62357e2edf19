"""How good a ranking by similarity is: every picture asks for the others that feel like it."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

CUTS = (1, 5, 10)
"""Of the precision; at 1 it is the rate at which the nearest picture has the emotion."""
Vectors = NDArray[np.floating[Any]]
Values = NDArray[np.float64]
Distance = Literal["cosine", "euclidean"]


def rankings(
    vectors: Vectors, emotions: NDArray[np.int64], positive: NDArray[np.bool_], distance: Distance = "cosine"
) -> dict[str, Values]:
    """Figure -> its value for every picture as the query, (N,), among all others by the distance of their vectors.

    `map`: average precision where pictures of the same emotion are sought; `map_polarity`: of the same polarity;
    `precision_K`: share of the emotion among the K most similar. A query whose emotion no other picture has is NaN.
    Average precision is that of torchmetrics, whose loop over queries takes many times as long.
    """
    if distance == "cosine":
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similarity = 2 * vectors @ vectors.T - (vectors**2).sum(1)  # falls with the distance to the picture of the row
    np.fill_diagonal(similarity, -np.inf)  # a picture comes last of those that it finds, and is left out
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :-1]
    same, alike = (each[order] == each[:, None] for each in (emotions, positive))
    values = {"map": average_precision(same), "map_polarity": average_precision(alike)}
    values |= {f"precision_{k}": same[:, :k].sum(1) / k for k in CUTS}
    alone = ~same.any(1)
    return {name: np.where(alone, np.nan, each) for name, each in values.items()}


def average_precision(relevant: NDArray[np.bool_]) -> Values:
    """Of every query, (N,): mean over its relevant pictures of the share of relevant ones down to each.

    `relevant`: (N, M), best first. 0 where nothing is.
    """
    shares = relevant.cumsum(1) / np.arange(1, relevant.shape[1] + 1)
    return np.asarray((shares * relevant).sum(1) / np.maximum(relevant.sum(1), 1))
