"""Tests and intervals of whole sessions, against every way written out and against scipy."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from monitor_studies.statistics.sessions import of_differences, of_groups, one_against, smallest_p


def groups(one, other, permutations=999):
    return of_groups(np.array(one)[:, None], np.array(other)[:, None], np.random.default_rng(0), permutations)


def signs_of(differences, permutations=999):
    return of_differences(np.array(differences)[:, None], np.random.default_rng(0), permutations)


def test_whole_sessions_against_every_way_written_out():
    one, other = np.array([0.31, 0.34, 0.30, 0.39]), np.array([0.22, 0.29, 0.33])
    both = np.concatenate([one, other])

    def welch(chosen: tuple[int, ...]) -> float:
        a, b = both[list(chosen)], np.delete(both, chosen)
        return float((a.mean() - b.mean()) / np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))

    all_ways = np.array([welch(chosen) for chosen in combinations(range(7), 4)])
    found = welch((0, 1, 2, 3))
    expected = 2 * min((all_ways >= found - 1e-12).mean(), (all_ways <= found + 1e-12).mean())
    assert groups(one, other).p[0] == pytest.approx(expected)


def test_signs_against_every_way_written_out():
    differences = np.array([0.02, 0.05, -0.01, 0.04, 0.03])
    means = []
    for signs in product((1, -1), repeat=5):
        turned = np.array(signs) * differences
        means.append(turned.mean() / turned.std(ddof=1))
    expected = 2 * (np.array(means) >= means[0] - 1e-12).mean()
    assert signs_of(differences).p[0] == pytest.approx(expected)


def test_one_session_against_several():
    several = np.array([[0.1], [0.2], [0.15], [0.12]])
    p = one_against(np.array([[0.9]]), several)
    assert p[0] == pytest.approx(smallest_p(1, 4, paired=False, permutations=999)) == pytest.approx(0.4)


def test_p_values_of_any_supposed_difference_are_those_of_scipy():
    random = np.random.default_rng(1)
    one, other = random.gamma(0.6, 1.0, 7), random.gamma(0.6, 1.5, 5)
    for supposed in (-1.0, 0.0, 0.7):
        tails = groups(one, other).tails(np.array([supposed]))
        for side, found in zip(("greater", "less"), tails, strict=True):
            expected = stats.permutation_test(
                (one - supposed, other),
                lambda a, b, axis: stats.ttest_ind(a, b, equal_var=False, axis=axis).statistic,
                vectorized=True,
                alternative=side,
                n_resamples=np.inf,
            )
            assert found[0] == pytest.approx(expected.pvalue)
    differences = random.gamma(0.6, 1.0, 8) - 0.4
    for supposed in (0.0, 0.3):
        expected = stats.permutation_test(
            (differences - supposed,),
            lambda a, axis: stats.ttest_1samp(a, 0, axis=axis).statistic,
            vectorized=True,
            permutation_type="samples",
            alternative="greater",
            n_resamples=np.inf,
        )
        assert signs_of(differences).tails(np.array([supposed]))[0][0] == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("permutations", [9999, 499])
def test_intervals_hold_what_is_not_rejected(permutations):
    """Exactly so: the test rejects a little beyond each end, and not a little within."""
    random = np.random.default_rng(2)
    one, other = random.gamma(0.5, 1.0, (7, 3)), random.gamma(0.5, 2.0, (6, 3))
    error = np.sqrt(one.var(axis=0, ddof=1) / 7 + other.var(axis=0, ddof=1) / 6)
    for ways, scale in (
        (of_groups(one, other, random, permutations), error),
        (of_differences(one[:6] - other, random, permutations), np.ones(3)),
    ):
        low, high = ways.interval(scale)
        assert (low < ways.differences[0]).all()
        assert (ways.differences[0] < high).all()
        for end, tail, inwards in ((low, 0, 1e-6), (high, 1, -1e-6)):
            assert (ways.tails(end + inwards)[tail] > 0.025).all()
            assert (ways.tails(end - inwards)[tail] <= 0.025).all()


def test_the_interval_leaves_zero_out_where_the_test_finds_a_difference():
    for seed in range(30):
        random = np.random.default_rng(seed)
        one, other = random.gamma(0.5, 1.0, (6, 8)), random.gamma(0.5, 2.5, (6, 8))
        ways = of_groups(one, other, random, 999)
        low, high = ways.interval(np.full(8, 0.3))
        np.testing.assert_array_equal((low > 0) | (high < 0), ways.p <= 0.05)


def test_of_normal_sessions_intervals_are_about_as_long_as_students():
    lengths, expected = [], []
    for seed in range(40):
        one, other = np.random.default_rng(seed).normal(0.4, 0.1, (2, 8))
        lengths.append(np.ptp(groups(one, other).interval(np.array([0.05]))))
        expected.append(np.ptp(stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)))
    assert np.mean(lengths) == pytest.approx(np.mean(expected), rel=0.05)


def test_sessions_that_are_all_alike_differ_by_nothing():
    ways = groups([0.2] * 6, [0.2] * 6)
    assert ways.p[0] == 1.0
    np.testing.assert_allclose(ways.interval(np.zeros(1)), 0.0)
