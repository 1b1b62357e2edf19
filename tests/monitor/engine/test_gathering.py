"""Batches are gathered from one stream in turn, and wait no longer than they may."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import numpy as np
import pytest

from monitor.engine.gathering import Gathering
from monitor.engine.stream import Stream
from monitor.sample import Frame
from monitor.settings import load_settings
from monitor.sources import Gap


class Ready:
    """A reader that always has something: gaps, so many, and then frames; or nothing, while it is late."""

    def __init__(self, number: int, gaps: int = 0) -> None:
        self.number, self.gaps, self.is_late = number, gaps, False

    @property
    def has_news(self) -> bool:
        return not self.is_late

    @property
    def waiting(self) -> int:
        return int(not self.is_late)

    def take(self, most: int) -> list[tuple[Frame | Gap, float]]:
        if self.is_late:
            return []
        self.gaps -= 1
        if self.gaps >= 0:
            return [(Gap(0.0, "lost"), time.monotonic())]
        return [(Frame(np.zeros((4, 4, 3), np.uint8), 0.0, self.number, 0), time.monotonic())] * most


def streams(count: int, gaps: int = 0) -> list[Any]:
    return [Stream(number, None, Ready(number, gaps)) for number in range(count)]  # type: ignore[arg-type]


def gathering(stopping: threading.Event | None = None, **settings: Any) -> Gathering:
    """With settings that may be out of their ranges, so that no test depends on the clock."""
    return Gathering(load_settings().model_copy(update=settings), stopping or threading.Event())


@pytest.mark.parametrize(("count", "batch_size"), [(16, 16), (16, 5), (20, 16), (3, 16), (17, 16)])
def test_streams_that_always_have_a_frame_are_served_alike(count: int, batch_size: int) -> None:
    """Whatever a frame of one of them costs, a crowd of forty faces say: all others come before its next."""
    gather, ready = gathering(batch_size=batch_size), streams(count)
    served: Counter[int] = Counter()
    for _ in range(count):
        batch = Counter(stream.id for stream, _, _ in gather(ready))
        assert max(batch.values()) - min(batch.values()) <= 1
        assert len(batch) == min(count, batch_size)
        served += batch
    assert max(served.values()) - min(served.values()) <= 1 + batch_size // count


def test_gaps_come_before_the_frames_that_they_end_at_and_leave_those_their_room() -> None:
    taken = gathering(batch_size=4)(streams(2, gaps=1))
    assert [isinstance(item, Gap) for _, item, _ in taken] == [True, True, False, False, False, False]


def test_a_batch_waits_for_streams_that_are_late_no_longer_than_it_may() -> None:
    ready = streams(2)
    late = ready[1].reader
    late.is_late = True
    assert {stream.id for stream, _, _ in gathering(batch_size=2, batch_wait_ms=20)(ready)} == {0}
    patient = gathering(batch_size=2, batch_wait_ms=60_000.0)

    def arrive() -> None:
        with patient.ready:
            late.is_late = False
            patient.ready.notify_all()

    threading.Timer(0.05, arrive).start()
    assert {stream.id for stream, _, _ in patient(ready)} == {0, 1}


def test_a_run_that_is_to_stop_waits_for_nothing() -> None:
    ready, stopping = streams(1), threading.Event()
    ready[0].reader.is_late = True
    stopping.set()
    assert gathering(stopping, batch_wait_ms=60_000.0)(ready) == []
