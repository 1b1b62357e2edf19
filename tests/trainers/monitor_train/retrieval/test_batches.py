"""Every batch holds every emotion; apart from that, the set is as it is."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from monitor_train.retrieval.batches import EmotionBatches, quotas

CLASSES = np.repeat(np.arange(5), (300, 120, 60, 9, 31))
"""Of which a batch of 64 would hold 37, 15, 7, 1 and 4 pictures."""


def test_every_batch_has_enough_of_every_emotion() -> None:
    batches = list(EmotionBatches(CLASSES, 64, 8, seed=1))
    assert len(batches) == len(EmotionBatches(CLASSES, 64, 8, seed=1)) == 520 // 64
    for batch in batches:
        assert len(batch) == 64
        counts = np.bincount(CLASSES[batch], minlength=5)
        assert (counts >= 8).all()
        assert counts[0] > counts[1] > counts[2]


def test_no_picture_comes_again_before_all_of_its_emotion_have_come() -> None:
    rows = [row for batch in EmotionBatches(CLASSES, 64, 8, seed=2) for row in batch]
    times = Counter(rows)
    for each in range(5):
        own = [times[row] for row in np.flatnonzero(each == CLASSES)]
        assert max(own) - min(own) <= 1
    assert min(times[row] for row in np.flatnonzero(CLASSES == 3)) >= 7  # 8 batches of 8 out of 9 pictures


def test_the_order_is_that_of_the_seed() -> None:
    one, same, other = (list(EmotionBatches(CLASSES, 64, 8, seed)) for seed in (5, 5, 6))
    assert one == same != other


@pytest.mark.parametrize(
    ("counts", "size", "least"),
    [((3778, 2303, 4103, 2179, 940, 1272, 774, 2106), 128, 8), ((20, 20, 20, 20), 32, 8), ((7, 5, 3), 16, 2)],
)
def test_quotas_fill_the_batch_and_are_as_near_the_shares_as_can_be(
    counts: tuple[int, ...], size: int, least: int
) -> None:
    found = quotas(np.array(counts), size, least)
    shares = np.array(counts) / sum(counts) * size
    assert found.sum() == size
    assert found.min() >= least
    free = found > least
    spread = (found - shares)[free]
    assert spread.max() - spread.min() <= 1 + 1e-9 if free.any() else True


def test_a_set_smaller_than_a_batch_is_one_batch() -> None:
    (batch,) = EmotionBatches(np.array([0, 0, 1, 1, 1]), 12, 4, seed=0)
    assert np.bincount(np.array([0, 0, 1, 1, 1])[batch]).tolist() == [5, 7]
