"""Made vectors behave as those of recordings do."""

from __future__ import annotations

import numpy as np
import pytest

from monitor_retrieval.made_vectors import DIMENSIONS, made_vectors


def test_recordings_have_their_length_and_vectors_length_one() -> None:
    sizes = [len(vectors) for vectors in made_vectors(250, 100)]
    assert sizes == [100, 100, 50]
    (vectors,) = made_vectors(300, 300)
    assert vectors.shape == (300, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(300), abs=1e-5)


def test_one_seed_gives_one_set() -> None:
    first, again, other = (next(made_vectors(50, 50, seed)) for seed in (1, 1, 2))
    assert (first == again).all()
    assert not (first == other).any()


def test_neighbours_are_alike_scenes_return_and_most_frames_are_far() -> None:
    (vectors,) = made_vectors(4000, 4000)
    distances = 1 - vectors @ vectors.T
    following = np.median(np.diag(distances, 1))
    nearest_elsewhere = np.median(
        [np.delete(row, slice(max(0, n - 100), n + 100)).min() for n, row in enumerate(distances)]
    )
    assert following < nearest_elsewhere < np.median(distances) / 3
    assert np.median(distances) > 0.8
