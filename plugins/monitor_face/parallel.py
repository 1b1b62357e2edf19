"""Several copies of one model, worked by as many threads."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

MOST_COPIES = 4
"""More threads than this gain little on one frame, and every copy costs memory."""


class Model(Protocol):
    """Lets go of Python's lock while it works, but stands only one call at a time."""

    def close(self) -> None:
        """Give back memory."""


M = TypeVar("M", bound=Model)
Task = TypeVar("Task")
Answer = TypeVar("Answer")


class Copies(Generic[M]):
    """One copy of a model for each processor, up to MOST_COPIES. Copies must answer alike."""

    def __init__(self, make: Callable[[], M]) -> None:
        self._models = [make() for _ in range(min(MOST_COPIES, os.cpu_count() or 1))]
        self._free: queue.SimpleQueue[M] = queue.SimpleQueue()
        for model in self._models:
            self._free.put(model)
        self._threads = ThreadPoolExecutor(len(self._models), thread_name_prefix="faces")

    def map(self, work: Callable[[M, Task], Answer], tasks: Sequence[Task]) -> list[Answer]:
        """`work(model, task)` for each task, in the order of the tasks."""

        def with_a_copy(task: Task) -> Answer:
            model = self._free.get()
            try:
                return work(model, task)
            finally:
                self._free.put(model)

        if len(tasks) < 2:  # spare the change of thread
            return [with_a_copy(task) for task in tasks]
        return list(self._threads.map(with_a_copy, tasks))

    def warm_up(self, work: Callable[[M], object]) -> None:
        """Have every copy do `work` once."""
        for model in self._models:
            work(model)

    def close(self) -> None:
        """End the threads and close every copy."""
        self._threads.shutdown()
        for model in self._models:
            model.close()
