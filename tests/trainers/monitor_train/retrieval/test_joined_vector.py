"""The joined vector against its definition, picture by picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from monitor_train.retrieval.joined_vector import LEAST, POLARITY, RIDGE, SHARPNESS, JoinedVector, agreement, whitener

EMOTIONS = ("amusement", "awe", "fear")


@pytest.fixture
def seen() -> np.ndarray:
    """Sentiment vectors of 500 pictures: unit length, no negative numbers."""
    values = np.abs(np.random.default_rng(0).normal(0.5, 0.4, (500, 6)) @ np.random.default_rng(1).normal(size=(6, 6)))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def test_emotions_agree_by_their_polarity() -> None:
    assert agreement(EMOTIONS).tolist() == [[1, POLARITY, 0], [POLARITY, 1, 0], [0, 0, 1]]


def test_products_are_what_the_definition_says(seen: np.ndarray) -> None:
    """q . A^2 q' + rest rest' s . s', with loops over pairs."""
    logits = np.random.default_rng(2).normal(0, 2, (5, 3))
    joined = JoinedVector(EMOTIONS, 0.8, seen)
    vectors = joined(torch.from_numpy(logits).float(), torch.from_numpy(seen[:5])).numpy()
    assert joined.length == vectors.shape[1] == 9
    evoked = np.exp(logits / 0.8) / np.exp(logits / 0.8).sum(1, keepdims=True)
    sharp = evoked**SHARPNESS / (evoked**SHARPNESS).sum(1, keepdims=True)
    looks = (seen[:5] - seen.mean(0)) @ whitener(seen)
    looks /= np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1)
    for i in range(5):
        for j in range(5):
            said = [sharp[k] @ agreement(EMOTIONS) @ sharp[k] for k in (i, j)]
            rests = [np.sqrt(max(1 - each, LEAST)) for each in said]
            expected = sharp[i] @ agreement(EMOTIONS) @ sharp[j] + rests[0] * rests[1] * looks[i] @ looks[j]
            lengths = [np.sqrt(said[k] + (rests[k] * np.linalg.norm(looks[n])) ** 2) for k, n in enumerate((i, j))]
            assert vectors[i] @ vectors[j] == pytest.approx(expected / np.prod(lengths), abs=1e-4)


def test_sure_emotions_decide_and_unsure_ones_leave_it_to_the_looks(seen: np.ndarray) -> None:
    sure, unsure = 50 * torch.eye(3), torch.zeros(2, 3)
    joined = JoinedVector(EMOTIONS, 1.0, seen)
    among_sure = joined(sure, torch.from_numpy(seen[:3]))
    np.testing.assert_allclose(among_sure @ among_sure.T, agreement(EMOTIONS), atol=0.01)
    one, other = joined(unsure, torch.from_numpy(seen[[0, 0]]))
    assert float(one @ other) == pytest.approx(1, abs=1e-5)
    opposite = torch.from_numpy(2 * seen.mean(0) - seen[0])
    one, other = joined(unsure, torch.stack([torch.from_numpy(seen[0]), opposite]))
    assert float(one @ other) < 0


def test_whitened_vectors_vary_alike_in_all_directions(seen: np.ndarray) -> None:
    varied = seen @ np.diag([1, 0.5, 0.2, 0.1, 0.05, 0])
    whitened = (varied - varied.mean(0)) @ whitener(varied)
    variances = np.linalg.eigvalsh(np.cov(whitened, rowvar=False))
    before = np.linalg.eigvalsh(np.cov(varied, rowvar=False))
    np.testing.assert_allclose(variances, before.clip(min=0) / (before.clip(min=0) + RIDGE), atol=1e-6)
    assert variances[0] == pytest.approx(0, abs=1e-9)  # what never varies is not made up


def test_next_to_nothing_is_not_enlarged(seen: np.ndarray) -> None:
    """Of a network whose sentiment vectors are all the same but for rounding, the emotions decide alone."""
    same = np.tile(seen[:1], (50, 1)) + np.random.default_rng(3).normal(0, 1e-7, (50, 6)).astype(np.float32)
    vectors = JoinedVector(EMOTIONS, 1.0, same)(torch.zeros(50, 3), torch.from_numpy(same))
    np.testing.assert_allclose(vectors.norm(dim=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors @ vectors.T, 1, atol=1e-3)
