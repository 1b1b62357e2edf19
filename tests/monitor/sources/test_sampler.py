"""The sampler against exact arithmetic on fractions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.sources.sampler import Sampler, period_index

TICKS_PER_SECOND = 90_000
PERIODS = ("0.02", "0.04", "0.1", "0.2", "0.25", "0.3", "0.5", "0.6", "0.7", "1", "1.1", "5", "3600")


def exact_index(seconds: Fraction, period: Fraction) -> int:
    return math.floor(seconds / period)


def exactly_kept(moments: Iterable[Fraction], every: Fraction, start: Fraction) -> list[Fraction]:
    """The first moment of every period, asking each earlier one; slow and obvious."""
    kept: list[Fraction] = []
    for moment in moments:
        is_new = all(exact_index(moment - start, every) > exact_index(other - start, every) for other in kept)
        if moment >= start and is_new:
            kept.append(moment)
    return kept


@given(st.sampled_from(PERIODS), st.integers(0, 10**6))
@example("0.2", 3)
@example("0.1", 3)
@example("0.6", 3)
def test_a_multiple_of_the_period_begins_its_period(period: str, number: int) -> None:
    exact = Fraction(period)
    assert period_index(float(number * exact), float(exact)) == number


@given(st.sampled_from(PERIODS), st.integers(0, 24 * 3600 * TICKS_PER_SECOND))
def test_a_moment_lies_in_the_period_that_exact_arithmetic_gives(period: str, ticks: int) -> None:
    moment = Fraction(ticks, TICKS_PER_SECOND)
    exact = Fraction(period)
    distance_to_next = (exact_index(moment, exact) + 1) * exact - moment
    expected = exact_index(moment, exact) + (distance_to_next <= exact / 10**6)  # what the slack counts as equal
    assert period_index(float(moment), float(exact)) == expected


@given(
    st.sampled_from(PERIODS[:-1]),
    st.sampled_from(("0", "0.1", "0.3", "2.02", "7")),
    st.lists(st.integers(-4000, 4000), max_size=200),
)
@example("0.2", "0", [0, 200, 200, 200, 200])
@example("0.1", "0.3", [0, 100, 200, 300, -300, 100, 100])
def test_keeps_the_first_frame_of_every_period(every: str, start: str, steps: list[int]) -> None:
    """Timestamps in milliseconds that repeat, run backward and leave gaps."""
    moments, now = [], 0
    for step in steps:
        now = max(0, now + step)
        moments.append(Fraction(now, 1000))
    sampler = Sampler(float(Fraction(every)), float(Fraction(start)))
    kept = [moment for moment in moments if sampler.keeps(float(moment))]
    assert kept == exactly_kept(moments, Fraction(every), Fraction(start))


@pytest.mark.parametrize(("rate", "every"), [(25, "0.2"), (30, "0.1"), (Fraction(30000, 1001), "0.5"), (50, "0.6")])
def test_an_hour_of_constant_rate_has_one_sample_a_period(rate: Fraction, every: str) -> None:
    sampler = Sampler(float(Fraction(every)))
    moments = [Fraction(number) / rate for number in range(int(3600 * rate))]
    kept = [moment for moment in moments if sampler.keeps(float(moment))]
    assert len(kept) == 3600 / Fraction(every)
    assert [exact_index(moment, Fraction(every)) for moment in kept] == list(range(len(kept)))


def test_a_gap_skips_periods_and_does_not_bunch_samples_behind_it() -> None:
    sampler = Sampler(0.5)
    assert [t for t in (0.0, 0.4, 10.2, 10.3, 10.45, 10.5, 10.6) if sampler.keeps(t)] == [0.0, 10.2, 10.5]


def test_nothing_before_the_start_and_periods_counted_from_there() -> None:
    sampler = Sampler(0.5, 0.3)
    assert [t for t in (0.0, 0.29, 0.3, 0.5, 0.79, 0.8, 1.3) if sampler.keeps(t)] == [0.3, 0.8, 1.3]
