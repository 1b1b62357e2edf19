"""Which observations are chosen, against choices that can be told by eye."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd
import pytest

from monitor_labels.sampling import By, chosen

LABELS = ("neutral", "happiness", "fear")


def table(scores: list[tuple[float, float, float]], subjects: list[int | None] | None = None) -> pd.DataFrame:
    """Observations of one source, one a second."""
    seen = pd.DataFrame(scores, columns=list(LABELS))
    subject = pd.array(subjects or [1] * len(scores), dtype="Int64")
    return seen.assign(source_id=1, subject=subject, seconds=np.arange(len(scores), dtype=float))


def seconds(seen: pd.DataFrame, by: By, count: int = 3, gap: float = 0.0, seed: int = 0) -> list[float]:
    return [float(row) for row in islice(chosen(seen, LABELS, by, gap, seed), count)]


def test_the_least_sure_come_first() -> None:
    seen = table([(0.9, 0.1, 0.0), (0.4, 0.35, 0.25), (0.5, 0.5, 0.0), (0.7, 0.2, 0.1)])
    assert seconds(seen, By.UNCERTAINTY) == [2.0, 1.0, 3.0]


def test_novelty_goes_to_the_farthest_from_all_that_was_chosen() -> None:
    seen = table([(1, 0, 0), (0.95, 0.05, 0), (0.9, 0.1, 0), (0, 0, 1), (0, 0.9, 0.1)])
    assert seconds(seen, By.NOVELTY) == [3.0, 0.0, 4.0]


def test_chance_is_fair_and_the_same_every_time() -> None:
    seen = table([(0.9, 0.1, 0.0)] * 10)
    assert seconds(seen, By.RANDOM, seed=3) == seconds(seen, By.RANDOM, seed=3) != seconds(seen, By.RANDOM, seed=4)
    first = [seconds(seen, By.RANDOM, 1, seed=seed)[0] for seed in range(200)]
    assert set(first) == set(range(10))


@pytest.mark.parametrize("by", By)
def test_pictures_of_one_person_keep_their_distance_and_others_may_be_near(by: By) -> None:
    random = np.random.default_rng(0)
    scores = [tuple(each) for each in random.dirichlet(np.ones(3), 60)]
    seen = table(scores, [1, 2] * 30)
    found = seen.iloc[list(chosen(seen, LABELS, by, 10.0))]
    for _, own in found.groupby("subject"):
        assert np.diff(np.sort(own["seconds"])).min() >= 10
    assert found["subject"].nunique() == 2
    assert len(found) >= 6


def test_whole_frames_count_as_one_subject() -> None:
    seen = table([(0.4, 0.3, 0.3)] * 10, [None] * 10)
    assert seconds(seen, By.UNCERTAINTY, 10, gap=4.0) == [0.0, 4.0, 8.0]
