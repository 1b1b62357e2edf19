"""Ratios are taken within each repetition, and repetitions go to and fro."""

from __future__ import annotations

from dataclasses import astuple
from types import SimpleNamespace

import pytest

from monitor.commands.bench.alone import median_ms
from monitor.commands.bench.timing import Spread, Timing, in_turn, ratios, timed


def test_ways_take_turns_each_time_the_other_way_round() -> None:
    order: list[str] = []

    def way(name: str) -> Timing:
        order.append(name)
        return Timing(1.0, float(len(order)), 1.0)

    found = in_turn({"a": lambda: way("a"), "b": lambda: way("b"), "c": lambda: way("c")}, 3)
    assert "".join(order) == "abccbaabc"
    assert [timing.wall for timing in found["a"]] == [1.0, 6.0, 7.0]


def test_ratios_are_those_of_each_repetition() -> None:
    ours = [Timing(10, 1, 2), Timing(10, 4, 2), Timing(10, 2, 2)]
    theirs = [Timing(10, 3, 4), Timing(10, 4, 6), Timing(5, 5, 4)]  # the last went through half as much
    found = ratios(ours, theirs)
    assert astuple(found["speed"]) == pytest.approx((3.0, 1.0, 5.0))  # 3, 1 and 5
    assert astuple(found["thrift"]) == pytest.approx((3.0, 2.0, 4.0))  # 2, 3 and 4
    assert str(found["thrift"]) == "3.00 (2.00 to 4.00)"


def test_nothing_to_see_is_no_ratio() -> None:
    assert ratios([Timing(0, 1, 1)], [Timing(0, 1, 1)])["speed"] == Spread(0, 0, 0)


def test_clock_and_processor_are_read_around_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, processor = iter([10.0, 12.0]), iter([1.0, 1.5])
    clocks = SimpleNamespace(perf_counter=lambda: next(wall), process_time=lambda: next(processor))
    monkeypatch.setattr("monitor.commands.bench.timing.time", clocks)
    timing = timed(lambda: 30.0)
    assert timing == Timing(30.0, 2.0, 0.5)
    assert timing.realtime_factor == 15.0


def test_the_median_is_of_warm_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = iter([0.0, 0.010, 1.0, 1.002, 2.0, 2.003])  # three calls, of 10, 2 and 3 ms
    processor = iter([0.0, 0.001, 1.0, 1.002, 2.0, 2.005])
    clocks = SimpleNamespace(perf_counter=lambda: next(wall), process_time=lambda: next(processor))
    monkeypatch.setattr("monitor.commands.bench.alone.time", clocks)
    worked_on: list[str] = []
    found = median_ms(worked_on.append, ["a", "b", "c"])
    assert found == {"wall_ms": pytest.approx(3.0), "processor_ms": pytest.approx(2.0)}
    assert worked_on == ["a", "a", "b", "c"]
