"""How often each stream has its turn, and how long the longest wait is."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.commands.bench import crowd
from monitor.commands.bench.crowd import Turns


def test_waits_are_counted_between_samples_of_streams_other_than_the_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    streams: list[Any] = [SimpleNamespace(frames_sampled=0, ended_at=None) for _ in range(3)]
    stopping = threading.Event()
    turns = Turns(SimpleNamespace(streams=streams, stopping=stopping, stop=stopping.set))  # type: ignore[arg-type]

    def step(now: float, *samples: int) -> None:
        monkeypatch.setattr(crowd.time, "monotonic", lambda: now)
        for stream, count in zip(streams, samples, strict=True):
            stream.frames_sampled = count
        turns(streams)

    step(0.0, 1, 1, 0)
    step(2.0, 1, 2, 1)
    step(2.5, 1, 3, 1)
    step(9.0, 2, 4, 1)  # the second has waited for 6.5 s, the third waits since 2.0
    assert (turns.samples, turns.longest_wait, stopping.is_set()) == ([2, 4, 1], 7.0, False)
    streams[1].ended_at = 9.5
    step(9.5, 2, 5, 2)
    assert (turns.samples, turns.longest_wait, stopping.is_set()) == ([2, 5, 2], 7.5, True)
    step(99.0, 9, 9, 9)  # a run that ends has no turns
    assert (turns.samples, turns.longest_wait) == ([2, 5, 2], 7.5)
