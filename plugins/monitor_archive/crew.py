"""Lets workers empty the queue: as many as there is room for, begun as long as there is work, also after one died."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.errors import MonitorError, StoreAway
from monitor.store import Store, queue

log = logging.getLogger("monitor")

STOP_SECONDS = 30.0
"""How long a worker may take to store what it has, before it is killed."""
MOST_DEATHS = 2 * queue.MOST_TRIES
"""Where more workers than that die without a recording that ends, it is not the recordings."""
APART_SECONDS = 600.0
"""Deaths that lie further apart are not one after the other."""
LOOK_SECONDS = 0.5
"""Time between two looks at the queue."""


@dataclass(frozen=True)
class Ended:
    """A worker that has ended."""

    name: str
    """In the queue."""
    fault: str | None = None
    """How it died; None for one that ended by itself."""


class Workers(Protocol):
    """Workers of one recipe, on this machine or on several. Those that are stopped store what they have."""

    def __len__(self) -> int:
        """How many there are."""

    def room(self) -> int:
        """How many more can begin now. Raises MonitorError where none ever could."""

    def begin(self) -> None:
        """Begin one more, which works until the queue is empty."""

    def ended(self) -> Sequence[Ended]:
        """Those that ended since the last call. Raises MonitorError where one could not go on, as no other could."""

    def stop(self) -> Sequence[str]:
        """End all within STOP_SECONDS; their names."""


class Crew:
    """Keeps workers on the queue. While the database is away nobody is begun, and those at work go on."""

    def __init__(self, workers: Workers, recipe: str, *, stay: bool = False) -> None:
        """With `stay`, an empty queue is looked at again and again."""
        self._workers, self._recipe, self._stay = workers, recipe, stay
        self._left: list[Ended] = []
        """Workers that ended, whose recordings have not been taken up yet."""
        self._deaths = 0
        """Workers that died since a recording ended the last time."""
        self._died_at = 0.0
        self._recordings_ended = 0
        self._is_away = False

    def __call__(self, store: Store, watch: Callable[[], None]) -> None:
        """Work until nothing waits and nobody works any more, other crews' workers included, or for ever with `stay`.

        `watch` is called every LOOK_SECONDS. Ctrl-C stops the workers, who store what they have and give their
        recordings back. Raises MonitorError where workers cannot go on, or die one after the other.
        """
        try:
            while self._goes_on(store, watch):
                time.sleep(LOOK_SECONDS)
        finally:
            self._stop(store)

    def _goes_on(self, store: Store, watch: Callable[[], None]) -> bool:
        """Look after workers and queue once; whether there will be more to do."""
        try:
            self._tend(store)
            watch()
            goes_on = self._stay or len(self._workers) > 0 or self._is_left(store)
        except StoreAway as error:
            if not self._is_away:
                log.warning("%s; workers keep what they record, and go on", error)
            self._is_away = True
            return True
        self._is_away = False
        return goes_on

    def _is_left(self, store: Store) -> bool:
        """Whether something waits for which there was no room just now, or somebody else works, who may yet vanish."""
        counts = queue.progress(store, self._recipe).counts
        return counts[queue.WAITING] + counts[queue.RUNNING] > 0

    def _tend(self, store: Store) -> None:
        """Take up what workers that ended left, and begin workers for what waits."""
        self._left += self._workers.ended()
        while self._left:
            queue.release(store, self._left[0].name)
            self._judge(self._left.pop(0).fault, queue.progress(store, self._recipe).ended)
        for _ in range(min(self._workers.room(), queue.free(store, self._recipe))):
            self._workers.begin()

    def _judge(self, fault: str | None, recordings_ended: int) -> None:
        """Note how a worker ended, when so many recordings had."""
        if fault is None or recordings_ended > self._recordings_ended:
            self._deaths, self._recordings_ended = 0, recordings_ended
        if fault is not None:
            now = time.monotonic()
            self._deaths = 1 if now - self._died_at > APART_SECONDS else self._deaths + 1
            self._died_at = now
            log.warning("a worker died (%s); another takes up its recording", fault)
            if self._deaths > MOST_DEATHS:
                raise MonitorError(f"{self._deaths} workers died one after the other, the last of {fault}")

    def _stop(self, store: Store) -> None:
        names = [*self._workers.stop(), *(each.name for each in self._left)]
        for name in names:
            try:
                queue.release(store, name)
            except StoreAway:
                log.warning("%s: its recording is given to another when its lease is over", name)
