"""Requests that wait together are analysed together: a queue, and threads that empty it batch by batch."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class BatchingQueue(Generic[Asked, Answer]):
    """Calls `answer` with what waits, at most `batch_size` items at once, in `workers` threads of its own.

    Nothing is delayed to fill a batch: an item that finds a thread idle is answered by itself, and what arrives
    meanwhile makes up the next batch. How much may wait is for those who submit to bound.
    """

    def __init__(
        self, answer: Callable[[Sequence[Asked]], Sequence[Answer]], *, batch_size: int, workers: int = 1
    ) -> None:
        self._answer = answer
        self._batch_size = batch_size
        self._waiting: queue.Queue[tuple[Asked, Future[Answer]] | None] = queue.Queue()
        self._collecting = threading.Lock()
        """Held by the one thread that takes what waits, so that batches are not torn."""
        self._threads = [
            threading.Thread(target=self._work, name=f"recognizer {number}", daemon=True) for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Items that no batch has taken yet."""
        return self._waiting.qsize()

    @property
    def is_working(self) -> bool:
        """Whether what is submitted will be answered."""
        return all(thread.is_alive() for thread in self._threads)

    def submit(self, item: Asked) -> Future[Answer]:
        """The answer to come; a future that is cancelled before its batch begins costs nothing."""
        future: Future[Answer] = Future()
        self._waiting.put((item, future))
        return future

    def close(self) -> None:
        """Answer what waits, then end the threads."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        ended = False
        while not ended:
            with self._collecting:
                batch, ended = self._collect()
            self._answer_batch([(item, future) for item, future in batch if future.set_running_or_notify_cancel()])

    def _collect(self) -> tuple[list[tuple[Asked, Future[Answer]]], bool]:
        """The next batch, and whether it is this thread's last."""
        batch = []
        following = self._waiting.get()
        while following is not None:
            batch.append(following)
            if len(batch) == self._batch_size or self._waiting.empty():
                return batch, False
            following = self._waiting.get()
        return batch, True

    def _answer_batch(self, batch: Sequence[tuple[Asked, Future[Answer]]]) -> None:
        if not batch:
            return
        try:
            answers = self._answer([item for item, _ in batch])
        except Exception as error:
            for _, future in batch:
                future.set_exception(error)
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                future.set_result(answer)
