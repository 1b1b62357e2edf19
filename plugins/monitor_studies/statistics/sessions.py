"""Tests and intervals with whole sessions as units: their groups, or the signs of their differences, are permuted.

Shares of sessions scatter unevenly, and a few sessions may hold most of a label. Welch's interval is then much longer
than it need be. An interval of the differences that the test does not reject is right as often as the test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from monitor_studies.statistics.intervals import LEVEL
from monitor_studies.statistics.permutation import SLACK
from monitor_studies.statistics.series import Array

DOUBLINGS = 40
"""Of the distance from the estimate in which an end of an interval is looked for."""
HALVINGS = 30
"""Of the stretch in which it then lies."""


@dataclass(frozen=True)
class Permutations:
    """A studentised difference in every permutation, for any difference that is supposed to be the true one.

    In permutation k the difference is `differences[k] - supposed * slopes[k]`, and its squared standard error the
    polynomial `squares[0][k] - 2 supposed squares[1][k] + supposed ** 2 squares[2][k]`. The first permutation is the
    identity. Arrays are (permutations, names).
    """

    differences: Array
    slopes: Array
    squares: tuple[Array, Array, Array]

    def tails(self, supposed: Array) -> tuple[Array, Array]:
        """(names,) twice: parts of the permutations whose statistic is as large, and as small, as that of the identity.

        `supposed` (names,) are the differences that are supposed to be true.
        """
        constant, linear, square = self.squares
        variance = constant - 2 * supposed * linear + supposed**2 * square
        difference = self.differences - supposed * self.slopes
        error = np.sqrt(np.maximum(variance, 0.0))
        statistic = np.divide(difference, error, out=np.zeros_like(difference), where=error > 1e-12)
        return (statistic >= statistic[0] - SLACK).mean(axis=0), (statistic <= statistic[0] + SLACK).mean(axis=0)

    @property
    def p(self) -> Array:
        """(names,): two-sided p-values of no difference."""
        return np.minimum(1.0, 2 * np.minimum(*self.tails(np.zeros(self.differences.shape[1]))))

    def interval(self, standard_errors: Array) -> Array:
        """(2, names): ends of the interval of all differences that the test does not reject.

        `standard_errors` (names,) of the difference are the scale on which the ends are looked for. The smallest
        p-value that the permutations can give must be below 1 - LEVEL.
        """
        found, tail = self.differences[0], (1 - LEVEL) / 2
        low = _end(found, -standard_errors, lambda supposed: self.tails(supposed)[0] > tail)
        high = _end(found, standard_errors, lambda supposed: self.tails(supposed)[1] > tail)
        return np.stack([low, high])


def of_groups(one: Array, other: Array, generator: np.random.Generator, permutations: int) -> Permutations:
    """Sessions of both groups, (sessions, names), change groups. The statistic is Welch's.

    All ways to form the groups are tried where there are at most `permutations`, else so many are drawn.
    """
    both = np.concatenate([one, other])
    in_first = _ways(len(one), len(other), generator, permutations)
    was_first = np.broadcast_to(np.arange(len(both))[:, None] < len(one), both.shape).astype(np.float64)
    sides = []
    for chosen in (in_first, ~in_first):
        count = int(chosen[0].sum())
        part = chosen / count  # (ways, sessions)
        mean, slope = part @ both, part @ was_first
        squares = part @ both**2 - mean**2, part @ (both * was_first) - mean * slope, slope - slope**2
        sides.append((mean, slope, [square / (count - 1) for square in squares]))
    (mean, slope, squares_of_first), (other_mean, other_slope, squares_of_second) = sides
    constant, linear, square = (a + b for a, b in zip(squares_of_first, squares_of_second, strict=True))
    return Permutations(mean - other_mean, slope - other_slope, (constant, linear, square))


def of_differences(differences: Array, generator: np.random.Generator, permutations: int) -> Permutations:
    """Differences within sessions, (sessions, names), change their signs. The statistic is Student's.

    All ways to set the signs are tried where there are at most `permutations`, else so many are drawn.
    """
    count = len(differences)
    if 2**count <= permutations:
        signs = np.array(list(product((1.0, -1.0), repeat=count)))
    else:
        signs = generator.choice((1.0, -1.0), size=(permutations + 1, count))
        signs[0] = 1.0
    mean, shifted = signs @ differences / count, signs.mean(axis=1, keepdims=True)
    scale = 1 / (count - 1)
    return Permutations(
        mean,
        np.broadcast_to(shifted, mean.shape),
        (
            scale * ((differences**2).mean(axis=0) - mean**2),
            scale * (differences.mean(axis=0) - mean * shifted),
            scale * np.broadcast_to(1 - shifted**2, mean.shape),
        ),
    )


def one_against(one: Array, several: Array) -> Array:
    """(names,): two-sided p-values of how far out the one (1, names) lies among all, each of which might be the one."""
    everyone = np.concatenate([one, several])
    differences = everyone - (everyone.sum(axis=0) - everyone) / len(several)
    above, below = (differences >= differences[0] - SLACK), (differences <= differences[0] + SLACK)
    found: Array = np.minimum(1.0, 2 * np.minimum(above.mean(axis=0), below.mean(axis=0)))
    return found


def smallest_p(one: int, other: int, *, paired: bool, permutations: int) -> float:
    """The smallest two-sided p-value that a permutation of sessions can give.

    >>> smallest_p(3, 3, paired=False, permutations=999), smallest_p(5, 5, paired=True, permutations=999)
    (0.1, 0.0625)
    """
    ways = 2**one if paired else math.comb(one + other, one)
    return 2 / ways if ways <= permutations else 2 / (1 + permutations)


def _ways(first: int, second: int, generator: np.random.Generator, permutations: int) -> NDArray[np.bool_]:
    """(ways, sessions): whether a session is in the first group; in the first way those are that truly are."""
    count = first + second
    if math.comb(count, first) <= permutations:
        chosen = np.array(list(combinations(range(count), first)))
    else:
        chosen = np.stack([np.arange(first), *(generator.permutation(count)[:first] for _ in range(permutations))])
    found = np.zeros((len(chosen), count), bool)
    np.put_along_axis(found, chosen, True, axis=1)
    return found


def _end(found: Array, step: Array, is_inside: Callable[[Array], NDArray[np.bool_]]) -> Array:
    """(names,): where, going from `found` in the direction of `step`, differences cease to be inside."""
    near, far = found.copy(), found + step
    for _ in range(DOUBLINGS):
        inside = is_inside(far) & (step != 0)
        if not inside.any():
            break
        near, far = np.where(inside, far, near), np.where(inside, found + 2 * (far - found), far)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        inside = is_inside(middle)
        near, far = np.where(inside, middle, near), np.where(inside, far, middle)
    return far
