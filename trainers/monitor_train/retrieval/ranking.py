"""How good a ranking by similarity is: every picture asks for the others that feel like it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torchmetrics.functional.retrieval import retrieval_average_precision, retrieval_precision

CUTS = (1, 5, 10)
"""Of the precision; at 1 it is the rate at which the nearest picture has the emotion."""
Vectors = NDArray[np.floating[Any]]


def rankings(
    vectors: Vectors, emotions: NDArray[np.int64], positive: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    """Figure -> its value for every picture as the query, (N,), among all others by the cosine of their vectors.

    `map`: average precision where pictures of the same emotion are sought; `map_polarity`: of the same polarity;
    `precision_K`: share of the emotion among the K most similar. A query whose emotion no other picture has is NaN.
    """
    wide = torch.from_numpy(np.asarray(vectors, np.float32))
    unit = torch.nn.functional.normalize(wide)
    similarity = unit @ unit.T
    others = ~torch.eye(len(unit), dtype=torch.bool)
    same, alike = (torch.from_numpy(each[:, None] == each) for each in (emotions, positive))
    found: dict[str, list[float]] = {name: [] for name in ("map", "map_polarity", *(f"precision_{k}" for k in CUTS))}
    for row, keep in enumerate(others):
        scores, relevant = similarity[row][keep], same[row][keep]
        known = bool(relevant.any())
        found["map"].append(float(retrieval_average_precision(scores, relevant)) if known else np.nan)
        found["map_polarity"].append(float(retrieval_average_precision(scores, alike[row][keep])) if known else np.nan)
        for k in CUTS:
            found[f"precision_{k}"].append(float(retrieval_precision(scores, relevant, top_k=k)) if known else np.nan)
    return {name: np.array(values) for name, values in found.items()}
