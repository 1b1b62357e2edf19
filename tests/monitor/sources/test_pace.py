from __future__ import annotations

import pytest

from monitor.sources.pace import Pace


def test_a_burst_is_spread_over_the_time_it_was_filmed_in() -> None:
    pace = Pace()
    assert [pace.delay(100.0 + n / 25, now=5.0) for n in range(3)] == pytest.approx([0.0, 0.04, 0.08])


def test_a_late_stream_catches_up_without_moving_the_clock() -> None:
    pace = Pace()
    pace.delay(0.0, now=0.0)
    assert pace.delay(1.0, now=4.0) == 0.0
    assert pace.delay(3.9, now=4.0) == 0.0
    assert pace.delay(4.5, now=4.0) == pytest.approx(0.5)


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_timestamps_that_jump_set_the_clock_anew(jump: float) -> None:
    pace = Pace()
    pace.delay(10_000.0, now=0.0)
    assert pace.delay(10_000.0 + jump, now=1.0) == 0.0
    assert pace.delay(10_000.0 + jump + 0.5, now=1.0) == pytest.approx(0.5)
