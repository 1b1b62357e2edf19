from __future__ import annotations

import os
import threading

import pytest

from monitor_face.parallel import MOST_COPIES, Copies


class Model:
    """Notices when two threads use it at once."""

    def __init__(self) -> None:
        self.busy = threading.Lock()
        self.used = 0
        self.closed = False

    def square(self, number: int) -> int:
        if not self.busy.acquire(blocking=False):
            raise AssertionError("two threads share one model")
        try:
            self.used += 1
            threading.Event().wait(0.001)  # lets the other threads run
            return number * number
        finally:
            self.busy.release()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def made():
    return []


@pytest.fixture
def copies(made, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)

    def make() -> Model:
        made.append(Model())
        return made[-1]

    copies = Copies(make)
    yield copies
    copies.close()


def test_answers_come_in_the_order_of_the_tasks_and_no_model_is_shared(copies):
    assert copies.map(Model.square, range(100)) == [number * number for number in range(100)]
    assert copies.map(Model.square, []) == []
    assert copies.map(Model.square, [7]) == [49]


def test_there_is_one_copy_for_each_processor_up_to_a_limit(copies, made, monkeypatch):
    assert len(made) == 3
    for processors, expected in ((64, MOST_COPIES), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda processors=processors: processors)
        more: list[Model] = []
        Copies(lambda more=more: more.append(Model()) or more[-1]).close()
        assert len(more) == expected


def test_every_copy_is_warmed_up_and_closed(copies, made):
    copies.warm_up(lambda model: model.square(1))
    assert [model.used for model in made] == [1, 1, 1]
    copies.close()
    assert all(model.closed for model in made)


def test_an_error_reaches_the_caller_and_takes_no_copy_away(copies):
    def fail(model: Model, number: int) -> int:
        raise ValueError(f"cannot do {number}")

    for _ in range(5):
        with pytest.raises(ValueError, match="cannot do 1"):
            copies.map(fail, [1, 2, 3])
    assert copies.map(Model.square, range(9)) == [number * number for number in range(9)]
