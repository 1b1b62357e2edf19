"""The difference of two sides, each of one or several recordings: estimate, interval, p-value, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor_studies.statistics.corrections import false_discovery_rate, holm
from monitor_studies.statistics.intervals import LEVEL
from monitor_studies.statistics.permutation import PERMUTATIONS, block_permutation
from monitor_studies.statistics.series import Array, Series
from monitor_studies.statistics.sessions import of_differences, of_groups, one_against, smallest_p
from monitor_studies.statistics.variance import FEWEST_SAMPLES, standard_errors

TIME, PARTS, SESSIONS, PAIRS = "time", "time within one session", "sessions", "pairs"
ONE_AGAINST_SEVERAL = "one against several"
"""What varies at random: the moments of one recording a side, those of two parts of one recording, the sessions of
groups, the differences within sessions that are on both sides, or the sessions of one side with a single one to hold
against them."""

MEANING = {
    TIME: "One session on a side: this tells whether these two recordings differ by more than chance moments would "
    "make them. It cannot tell that the cause is what sets them apart: another session on either side might differ "
    "as much.",
    PARTS: "One session: this tells whether its two parts differ by more than chance moments would make them. It "
    "cannot tell that the cause is what sets them apart: other parts of it, or of another session, might differ as "
    "much.",
    SESSIONS: "Sessions are the units; each counts the same, however long it is. The time within them varies, too, and "
    "that is part of how they vary.",
    PAIRS: "Every session is on both sides; the differences within sessions are the units.",
    ONE_AGAINST_SEVERAL: "One side has a single session: it is held against the spread of the sessions of the other, "
    "supposing that both sides spread alike.",
}
POWER = 0.8


@dataclass(frozen=True)
class Comparison:
    """First side minus second side. Arrays are (names,); NaN where something cannot be told."""

    names: tuple[str, ...]
    first: Array
    second: Array
    """Means of the two sides."""
    difference: Array
    low: Array
    high: Array
    """Interval of the difference at 95 %."""
    p: Array
    p_holm: Array
    p_fdr: Array
    """By permutation; corrected over the names by Holm, and for the false discovery rate."""
    smallest_difference: Array
    """That these data would show with p below 0.05 in four of five cases."""
    units: str
    """TIME, PARTS, SESSIONS, PAIRS or ONE_AGAINST_SEVERAL."""
    smallest_p: float
    """That the permutation can give."""

    @property
    def meaning(self) -> str:
        """In words, what varies at random and so what can be concluded."""
        words = MEANING[self.units]
        if self.smallest_p > 1 - LEVEL:
            words += (
                f" With so few sessions no p-value can be below {self.smallest_p:.3g}, whatever the difference: "
                "record more, or read the interval alone."
            )
        return words


def compare(
    first: Sequence[Series],
    second: Sequence[Series],
    generator: np.random.Generator,
    *,
    paired: bool = False,
    permutations: int = PERMUTATIONS,
) -> Comparison:
    """Compare two sides, each a sequence of recordings of the same names.

    `paired`: recording n of one side and of the other are parts of one session. Recordings in which nothing was seen
    are left out. Raises ValueError where a side has none left.
    """
    if paired:
        seen = [(a, b) for a, b in zip(first, second, strict=True) if a.observed and b.observed]
        first, second = [a for a, _ in seen], [b for _, b in seen]
    else:
        first, second = ([each for each in side if each.observed] for side in (first, second))
    if not first or not second:
        raise ValueError("nothing was observed on one side")
    if len(first) == len(second) == 1:
        return _of_time(first[0], second[0], generator, permutations, PARTS if paired else TIME)
    one, other = (np.stack([each.means for each in side]) for side in (first, second))
    names = first[0].names
    if paired:
        return _of_pairs(names, one, other, generator, permutations)
    return _of_sessions(names, one, other, generator, permutations)


def _of_time(one: Series, other: Series, generator: np.random.Generator, permutations: int, units: str) -> Comparison:
    """One recording a side: blocks change places, and the interval reaches as far as their test does not reject."""
    nothing = np.full(len(one.names), np.nan)
    half, p, error = nothing, nothing, nothing
    if min(one.observed, other.observed) >= FEWEST_SAMPLES:
        test = block_permutation(one, other, generator, permutations=permutations)
        error = np.hypot(standard_errors(one), standard_errors(other))
        half, p = test.critical * error, test.p
    difference = one.means - other.means
    ends = np.stack([difference - half, difference + half])
    return _comparison(one.names, one.means, other.means, ends, error, p, units, 2 / (1 + permutations), np.inf)


def _of_sessions(
    names: tuple[str, ...], one: Array, other: Array, generator: np.random.Generator, permutations: int
) -> Comparison:
    """Means of whole sessions (sessions, names): sessions change groups."""
    counts, several = (len(one), len(other)), one if len(one) > 1 else other
    difference = one.mean(axis=0) - other.mean(axis=0)
    smallest = smallest_p(*counts, paired=False, permutations=permutations)
    if min(counts) == 1:
        p = one_against(one, other) if len(one) == 1 else one_against(other, one)
        error, freedom = np.sqrt(several.var(axis=0, ddof=1) * (1 + 1 / len(several))), len(several) - 1.0
        ends = _students(difference, error, freedom)
        return _comparison(
            names, one.mean(axis=0), other.mean(axis=0), ends, error, p, ONE_AGAINST_SEVERAL, smallest, freedom
        )
    parts = [each.var(axis=0, ddof=1) / len(each) for each in (one, other)]
    error = np.sqrt(parts[0] + parts[1])
    below = sum(part**2 / (count - 1) for part, count in zip(parts, counts, strict=True))
    welch = np.divide(error**4, below, out=np.full(len(names), 1.0), where=below > 0)
    ways = of_groups(one, other, generator, permutations)
    ends = ways.interval(error) if smallest < 1 - LEVEL else _students(difference, error, welch)
    return _comparison(names, one.mean(axis=0), other.mean(axis=0), ends, error, ways.p, SESSIONS, smallest, welch)


def _of_pairs(
    names: tuple[str, ...], one: Array, other: Array, generator: np.random.Generator, permutations: int
) -> Comparison:
    """Differences within sessions (sessions, names): they change their signs."""
    differences, freedom = one - other, len(one) - 1.0
    error = np.sqrt(differences.var(axis=0, ddof=1) / len(differences))
    smallest = smallest_p(len(one), len(other), paired=True, permutations=permutations)
    ways = of_differences(differences, generator, permutations)
    ends = ways.interval(error) if smallest < 1 - LEVEL else _students(differences.mean(axis=0), error, freedom)
    return _comparison(names, one.mean(axis=0), other.mean(axis=0), ends, error, ways.p, PAIRS, smallest, freedom)


def _students(difference: Array, error: Array, freedom: Array | float) -> Array:
    """(2, names): ends of Student's interval."""
    from scipy import stats

    half = stats.t.ppf((1 + LEVEL) / 2, freedom) * error
    return np.stack([difference - half, difference + half])


def _comparison(
    names: tuple[str, ...],
    first: Array,
    second: Array,
    ends: Array,
    error: Array,
    p: Array,
    units: str,
    smallest: float,
    freedom: Array | float,
) -> Comparison:
    from scipy import stats

    low, high = ends
    return Comparison(
        names,
        first,
        second,
        first - second,
        low,
        high,
        p,
        holm(p),
        false_discovery_rate(p),
        (high - low) / 2 + stats.t.ppf(POWER, freedom) * error,
        units,
        smallest,
    )
