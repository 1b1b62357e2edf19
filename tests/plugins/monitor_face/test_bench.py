"""What following costs and misses, of a made detector whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.sample import Face, Frame
from monitor_face.bench import compared

HERE, THERE = Face((0.1, 0.1, 0.3, 0.3), 0.9), Face((0.6, 0.6, 0.8, 0.8), 0.9)


class LateDetector:
    """Everywhere it finds a second face from 2 s on; following, one second later."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def detect(self, image: np.ndarray) -> list[Face]:
        return [HERE, THERE] if image[0, 0, 0] >= 20 else [HERE]

    def follow(self, image, faces, before_seconds, seconds, changed_seconds) -> list[Face]:
        return [HERE, THERE] if seconds >= 3 else [HERE]


def test_what_following_misses_is_counted_and_timed():
    frames = [Frame(np.full((18, 32, 3), 10 * index // 2, np.uint8), index / 2, 1, index) for index in range(8)]
    row = compared(frames, LateDetector())
    assert (row["samples"], row["faces"], row["besides"]) == (8, 12, 0)
    assert row["found"] == pytest.approx(10 / 12)
    assert row["latest_newcomer_seconds"] == 1.0
    assert row["followed"] == pytest.approx(5 / 8)  # from the third on, but for the one after the newcomer
    assert row["processor_ms"] >= 0


def test_where_there_is_nobody_nothing_is_missed():
    frames = [Frame(np.zeros((18, 32, 3), np.uint8), 0.0, 1, 0)]
    nobody = type("Nobody", (), {"detect": lambda self, image: [], "follow": lambda self, *arguments: []})()
    assert compared(frames, nobody)["found"] == 1.0
