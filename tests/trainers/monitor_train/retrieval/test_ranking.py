"""Rankings against scikit-learn, torchmetrics and loops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances
from torchmetrics.functional.retrieval import retrieval_average_precision, retrieval_precision

from monitor_train.retrieval.ranking import CUTS, Distance, rankings


def negative_distance(vectors: NDArray) -> NDArray:
    return -euclidean_distances(vectors)


@pytest.mark.parametrize(("distance", "by_library"), [("cosine", cosine_similarity), ("euclidean", negative_distance)])
def test_they_are_those_of_other_libraries(distance: Distance, by_library: Callable[[NDArray], NDArray]) -> None:
    generator = np.random.default_rng(0)
    emotions = generator.integers(0, 5, 60)
    positive = emotions < 3
    vectors = generator.normal(size=(60, 7)) + emotions[:, None] * 0.3
    found = rankings(vectors, emotions, positive, distance)
    similarity = by_library(vectors)
    for query in range(60):
        others = np.delete(np.arange(60), query)
        scores = similarity[query, others]
        same, alike = emotions[others] == emotions[query], positive[others] == positive[query]
        assert found["map"][query] == pytest.approx(average_precision_score(same, scores), abs=1e-9)
        assert found["map_polarity"][query] == pytest.approx(average_precision_score(alike, scores), abs=1e-9)
        above_zero = torch.from_numpy(scores + 100)  # torchmetrics takes what lies below for irrelevant
        library = retrieval_average_precision(above_zero, torch.from_numpy(same))
        assert found["map"][query] == pytest.approx(library.item(), abs=1e-6)
        order = sorted(range(59), key=lambda each, scores=scores: -scores[each])
        for k in CUTS:
            assert found[f"precision_{k}"][query] == pytest.approx(np.mean([same[each] for each in order[:k]]))
            library = retrieval_precision(above_zero, torch.from_numpy(same), top_k=k)
            assert found[f"precision_{k}"][query] == pytest.approx(library.item(), abs=1e-6)


def test_perfect_and_reversed_rankings() -> None:
    emotions, positive = np.array([0, 0, 0, 1, 1, 1]), np.array([True] * 3 + [False] * 3)
    apart = rankings(np.array([[1, 0]] * 3 + [[0, 1]] * 3), emotions, positive)
    assert apart["map"].tolist() == apart["precision_1"].tolist() == [1.0] * 6
    mixed = rankings(np.array([[1, 0], [0, 1], [-1, 0]] * 2), np.array([0, 1, 1, 1, 0, 0]), positive)
    assert (mixed["precision_1"] == 0).all()


def test_a_picture_whose_emotion_is_alone_asks_nothing() -> None:
    found = rankings(np.eye(4), np.array([0, 0, 1, 0]), np.array([True] * 4))
    for name in ("map", "map_polarity", "precision_1"):
        assert np.isnan(found[name]).tolist() == [False, False, True, False]
