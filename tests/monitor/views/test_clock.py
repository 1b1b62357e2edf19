"""Stream time in words."""

import pytest

from monitor.views.clock import clock, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0:00"),
        (59.999, "0:59"),
        (60, "1:00"),
        (3599.9, "59:59"),
        (3600, "1:00:00"),
        (360_000, "100:00:00"),
        (-1, "0:00"),
    ],
)
def test_seconds_read_as_on_a_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def test_a_moment_that_floating_point_puts_just_below_a_second_counts_as_that_second() -> None:
    assert clock(0.1 * 3 * 10 - 1e-9) == "0:03"


def test_a_span_names_both_ends() -> None:
    assert span(5, 3670) == "0:05 \N{EN DASH} 1:01:10"
