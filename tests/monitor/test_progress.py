"""The status line of a stream."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

from monitor.progress import status


def stream(**facts: object) -> SimpleNamespace:
    source = SimpleNamespace(kind="file", duration_seconds=120.0, frames_dropped=Counter(), name="x")
    source.__dict__.update({key: facts.pop(key) for key in list(facts) if key in source.__dict__})
    known = {"seconds": 61.0, "realtime_factor": 12.34, "frames_sampled": 20, "wall_seconds": 10.0}
    return SimpleNamespace(source=source, state="running", lag_seconds=0.25, **known)


def test_a_file_shows_its_position_and_speed() -> None:
    assert status(stream()) == "1:01 of 2:00  12.3x real time"


def test_a_live_stream_shows_its_rate_lag_and_drops() -> None:
    live = stream(kind="live", duration_seconds=None, frames_dropped=Counter({"engine busy": 3}))
    assert status(live) == "running, 1:01, 2.0 samples/s, 0.2 s behind, 3 dropped (engine busy)"
