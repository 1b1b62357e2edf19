from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from monitor_studies.statistics import blocks
from monitor_studies.statistics.comparison import ONE_AGAINST_SEVERAL, PAIRS, PARTS, SESSIONS, TIME, compare
from monitor_studies.statistics.series import Series
from tests.plugins.monitor_studies.statistics.processes import autoregressive


def recording(share: float, seed: int, samples: int = 200) -> Series:
    """Two labels that sum to 1, around `share`, with neighbours alike."""
    first = share + 0.02 * autoregressive(samples, 0.6, seed)
    return Series(("a", "b"), np.stack([first, 1 - first], axis=1), np.ones(samples))


def sessions(shares: list[float], seed: int) -> list[Series]:
    return [recording(share, seed + n) for n, share in enumerate(shares)]


def run(first, second, **options):
    return compare(first, second, np.random.default_rng(0), permutations=199, **options)


def test_two_recordings_are_compared_over_time_and_it_says_what_that_cannot_tell():
    found = run([recording(0.5, 1)], [recording(0.4, 2)])
    assert found.units == TIME
    assert found.difference[0] == pytest.approx(0.1, abs=0.02)
    assert found.low[0] < found.difference[0] < found.high[0]
    assert found.p[0] == pytest.approx(1 / 200)
    assert found.difference[1] == pytest.approx(-found.difference[0])
    assert "cannot tell that the cause" in found.meaning


def test_parts_of_one_session_are_compared_over_time_too_and_called_so():
    nothing = Series(("a", "b"), np.zeros((50, 2)), np.zeros(50))
    found = run([recording(0.5, 1), nothing], [recording(0.4, 2), recording(0.5, 3)], paired=True)
    assert found.units == PARTS
    assert found.meaning.startswith("One session: this tells whether its two parts differ")


def test_groups_have_welchs_interval():
    first, second = sessions([0.50, 0.55, 0.60, 0.52], 10), sessions([0.40, 0.45, 0.41], 50)
    found = run(first, second)
    one, other = ([each.means[0] for each in side] for side in (first, second))
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert found.units == SESSIONS
    np.testing.assert_allclose([found.low[0], found.high[0]], expected)


def test_sessions_on_both_sides_are_paired():
    first, second = sessions([0.50, 0.60, 0.70], 10), sessions([0.48, 0.57, 0.69], 50)
    found = run(first, second, paired=True)
    one, other = ([each.means[0] for each in side] for side in (first, second))
    expected = stats.ttest_rel(one, other).confidence_interval(0.95)
    assert found.units == PAIRS
    np.testing.assert_allclose([found.low[0], found.high[0]], expected)
    assert "no p-value can be below 0.25" in found.meaning


def test_one_session_against_several_is_held_against_their_spread():
    found = run([recording(0.9, 1)], sessions([0.5, 0.52, 0.48, 0.51], 10))
    assert found.units == ONE_AGAINST_SEVERAL
    assert found.low[0] > 0
    assert found.smallest_p == pytest.approx(0.4)


def test_sessions_in_which_nothing_was_seen_are_left_out():
    nothing = Series(("a", "b"), np.zeros((50, 2)), np.zeros(50))
    found = run([recording(0.5, 1), nothing], [recording(0.5, 2)])
    assert found.units == TIME
    with pytest.raises(ValueError, match="nothing was observed"):
        run([nothing], [recording(0.5, 2)])


def test_a_recording_that_is_too_short_gives_a_difference_and_nothing_more():
    found = run([recording(0.5, 1, samples=12)], [recording(0.4, 2)])
    assert np.isfinite(found.difference).all()
    assert np.isnan([found.low, found.high, found.p, found.p_holm, found.smallest_difference]).all()


def test_the_same_seed_gives_the_same_numbers():
    one, other = (run([recording(0.5, 1)], [recording(0.49, 2)]) for _ in range(2))
    np.testing.assert_array_equal(one.p, other.p)
    np.testing.assert_array_equal(one.low, other.low)


def test_the_smallest_difference_is_found_in_four_of_five_cases():
    """Sessions scatter by 0.02; a difference of that size is put between groups of eight."""
    random = np.random.default_rng(3)
    predicted, found = [], 0
    for _ in range(60):
        sides = [
            [recording(share, int(random.integers(1e9)), 60) for share in random.normal(0.5, 0.02, 8)] for _ in "ab"
        ]
        predicted.append(compare(*sides, random, permutations=1).smallest_difference[0])
    size = float(np.mean(predicted))
    for _ in range(60):
        sides = [
            [recording(share, int(random.integers(1e9)), 60) for share in random.normal(middle, 0.02, 8)]
            for middle in (0.5 + size, 0.5)
        ]
        found += compare(*sides, random, permutations=199).p[0] <= 0.05
    assert 0.65 < found / 60 < 0.95


def test_memory_is_bounded_and_chunks_change_no_number(monkeypatch):
    first, second = recording(0.5, 1, samples=3000), recording(0.45, 2, samples=3000)
    whole = run([first], [second])
    monkeypatch.setattr(blocks, "MOST_AT_ONCE", 25_000)
    tracemalloc.start()
    in_chunks = run([first], [second])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    for name in ("low", "high", "p"):
        np.testing.assert_allclose(getattr(in_chunks, name), getattr(whole, name))
    assert peak < 6e6  # the permutations of all at once would take 199 x 6,000 x 2 numbers, 19 MB, several times
