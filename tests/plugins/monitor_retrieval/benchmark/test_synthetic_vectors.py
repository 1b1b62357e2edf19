"""Made vectors behave as those of recordings do."""

from __future__ import annotations

import numpy as np
import pytest

from monitor_retrieval.analyzer import read_artifact
from monitor_retrieval.benchmark.synthetic_vectors import EMOTIONS, LOOKS, synthetic_recordings, synthetic_scenes


def test_scenes_are_as_long_as_the_models_vectors_and_their_emotions_are_more_or_less_clear() -> None:
    scenes = synthetic_scenes(400)
    assert scenes.shape == (400, EMOTIONS + LOOKS)
    assert scenes.shape[1] == read_artifact().manifest.metrics["vector_length"]
    assert np.linalg.norm(scenes, axis=1) == pytest.approx(np.ones(400), abs=1e-5)
    clarity = np.linalg.norm(scenes[:, :EMOTIONS], axis=1)
    assert clarity.min() < 0.5
    assert clarity.max() > 0.95
    assert np.median(scenes[:, EMOTIONS:] @ scenes[:, EMOTIONS:].T) == pytest.approx(0, abs=0.02)


def test_recordings_have_their_length_and_vectors_length_one() -> None:
    scenes = synthetic_scenes(50)
    sizes = [len(vectors) for vectors in synthetic_recordings(scenes, 250, 100)]
    assert sizes == [100, 100, 50]
    (vectors,) = synthetic_recordings(scenes, 300, 300)
    assert vectors.shape == (300, EMOTIONS + LOOKS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(300), abs=1e-5)


def test_one_seed_gives_one_set() -> None:
    scenes = synthetic_scenes(50)
    first, again, other = (next(synthetic_recordings(scenes, 50, 50, seed)) for seed in (1, 1, 2))
    assert (first == again).all()
    assert not (first == other).any()
    assert not (synthetic_scenes(5, 1) == synthetic_scenes(5, 2)).any()


def test_neighbours_are_alike_scenes_return_and_most_frames_are_far() -> None:
    (vectors,) = synthetic_recordings(synthetic_scenes(200), 4000, 4000)
    distances = 1 - vectors @ vectors.T
    following = np.median(np.diag(distances, 1))
    nearest_elsewhere = np.median(
        [np.delete(row, slice(max(0, n - 100), n + 100)).min() for n, row in enumerate(distances)]
    )
    assert 0.02 < following < nearest_elsewhere < np.median(distances) / 3
    assert np.median(distances) > 0.7
