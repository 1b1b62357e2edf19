"""The queue that makes batches out of what waits."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from monitor_service.batching import BatchingQueue


class Doubling:
    """Doubles numbers once it is let go; fails on batches with a negative one."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.began = threading.Event()
        self.go = threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.began.set()
        self.go.wait(120)
        self.batches.append(list(numbers))
        if min(numbers) < 0:
            raise ValueError("negative")
        return [2 * number for number in numbers]


def test_what_waits_is_answered_in_batches_of_the_size_given() -> None:
    doubling = Doubling()
    queue = BatchingQueue(doubling, batch_size=3)
    first = queue.submit(0)
    doubling.began.wait(120)
    waiting = [queue.submit(number) for number in range(1, 6)]
    assert queue.waiting == 5
    doubling.go.set()
    assert [future.result(120) for future in (first, *waiting)] == [0, 2, 4, 6, 8, 10]
    assert doubling.batches == [[0], [1, 2, 3], [4, 5]]
    queue.close()
    assert not queue.is_working


def test_cancelled_items_are_left_out_and_closing_answers_the_rest() -> None:
    doubling = Doubling()
    queue = BatchingQueue(doubling, batch_size=8)
    queue.submit(0)
    doubling.began.wait(120)
    cancelled, kept = queue.submit(1), queue.submit(2)
    assert cancelled.cancel()
    doubling.go.set()
    queue.close()
    assert kept.result() == 4
    assert doubling.batches == [[0], [2]]


def test_a_failure_is_told_to_its_batch_and_the_queue_goes_on() -> None:
    doubling = Doubling()
    doubling.go.set()
    queue = BatchingQueue(doubling, batch_size=8)
    with pytest.raises(ValueError, match="negative"):
        queue.submit(-1).result(120)
    assert queue.submit(3).result(120) == 6
    queue.close()


def test_one_batch_is_begun_while_another_is_under_way() -> None:
    both_began = threading.Barrier(2)

    def answer(numbers: Sequence[int]) -> list[int]:
        both_began.wait(120)
        return [2 * number for number in numbers]

    queue = BatchingQueue(answer, batch_size=1, workers=2)
    answers = [queue.submit(number) for number in (1, 2)]
    assert [future.result(120) for future in answers] == [2, 4]
    queue.close()
    assert not queue.is_working
