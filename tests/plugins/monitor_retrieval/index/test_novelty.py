from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_retrieval.index import novelty
from monitor_retrieval.index.novelty import Novelty


def walk(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors (count, 6) that wander and sometimes jump."""
    random = np.random.default_rng(seed)
    steps = random.normal(size=(count, 6)) * np.where(random.random((count, 1)) < 0.1, 3, 0.2)
    vectors = np.cumsum(steps, axis=0)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def slow(vectors: NDArray[np.float32], seconds: list[float]) -> list[float | None]:
    """Every frame against every frame that is 2 s older or more."""
    answers: list[float | None] = []
    for number, vector in enumerate(vectors):
        past = [vectors[before] for before in range(number) if seconds[number] - seconds[before] > 2 - 1e-6]
        answers.append(min((1 - float(np.dot(vector, other)) for other in past), default=None))
    return answers


@pytest.mark.parametrize("every", [0.1, 0.5, 1.0, 3.0])
def test_it_is_the_distance_to_the_nearest_frame_of_the_past(every: float) -> None:
    vectors = walk(300)
    seconds = [every * number for number in range(300)]  # sums of 0.1 s are not exact
    new = Novelty()
    answers = [new(vector, at) for vector, at in zip(vectors, seconds, strict=True)]
    for answer, expected in zip(answers, slow(vectors, seconds), strict=True):
        assert (answer is None) == (expected is None)
        assert answer is None or answer == pytest.approx(expected, abs=1e-6)
    assert answers.index(next(each for each in answers if each is not None)) == max(1, round(2 / every))


def test_a_frame_that_was_seen_before_is_not_new_and_an_opposite_one_is() -> None:
    new = Novelty()
    here = np.array([1, 0], np.float32)
    assert [new(here, at) for at in (0.0, 1.0, 5.0)] == [None, None, 0.0]
    assert new(-here, 6.0) == 2.0
    assert new(np.array([0, 1], np.float32), 7.0) == 1.0


def test_a_gap_in_the_stream_leaves_the_past_as_it_is() -> None:
    new = Novelty()
    here, there = np.eye(2, dtype=np.float32)
    assert [new(here, 0.0), new(there, 1000.0), new(here, 1001.0)] == [None, 1.0, 0.0]


def test_memory_is_flat_and_what_is_kept_is_a_uniform_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 1,000 frames 64 are kept; over many streams every frame is kept equally often."""
    monkeypatch.setattr(novelty, "RESERVOIR", 64)
    kept = np.zeros(1000)
    for seed in range(150):
        new = Novelty()
        new._random = np.random.default_rng(seed)
        for number in range(1004):
            new(np.array([number], np.float32), number / 2)  # the last four are too young to count
        assert new._past.shape == (64, 1)
        assert len(new._recent) <= 4
        kept[new._past[:, 0].astype(int)] += 1
    expected = 150 * 64 / 1000
    tenths = kept.reshape(10, 100).sum(axis=1)
    assert kept.sum() == 150 * 64
    assert tenths == pytest.approx(100 * expected, rel=0.15)  # five standard deviations


def test_the_same_stream_gives_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(novelty, "RESERVOIR", 16)
    vectors = walk(200)
    first, second = Novelty(), Novelty()
    answers = [[new(vector, number / 2) for number, vector in enumerate(vectors)] for new in (first, second)]
    assert answers[0] == answers[1]
