"""Count, mean, spread and range of numbers that come one by one, or group by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

STATISTICS = ["count", "mean", "deviations", "low", "high"]
"""Columns of groups that `pooled` joins: `deviations` is the sum of squared deviations from the mean."""


@dataclass
class Moments:
    """Moments of several numbers at once; adding costs the same however many came before. All arrays (numbers,)."""

    count: NDArray[np.int64]
    mean: NDArray[np.float64]
    """0 where nothing came."""
    deviations: NDArray[np.float64]
    """Sum of squared deviations from the mean."""
    low: NDArray[np.float64]
    """Least; inf where nothing came."""
    high: NDArray[np.float64]
    """Greatest; -inf where nothing came."""

    @classmethod
    def empty(cls, numbers: int) -> Self:
        zeros = np.zeros(numbers)
        return cls(np.zeros(numbers, np.int64), zeros, zeros.copy(), zeros + np.inf, zeros - np.inf)

    def add(self, values: Sequence[float] | NDArray[np.float64]) -> None:
        """Take in one value of each number, NaN where there is none.

        Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4, 1962.
        """
        array = np.asarray(values, np.float64)
        there = ~np.isnan(array)
        self.count += there
        from_old = np.where(there, array - self.mean, 0.0)
        self.mean += from_old / np.maximum(self.count, 1)
        self.deviations += from_old * np.where(there, array - self.mean, 0.0)
        self.low = np.fmin(self.low, array)
        self.high = np.fmax(self.high, array)

    def rows(self) -> list[list[float] | None]:
        """Of each number [count, mean, deviations, low, high], to nine digits; None where nothing came."""
        columns = zip(self.count.tolist(), self.mean, self.deviations, self.low, self.high, strict=True)
        return [[count, *(float(f"{value:.9g}") for value in rest)] if count else None for count, *rest in columns]

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[float] | None]) -> Self:
        """What `rows` wrote."""
        moments = cls.empty(len(rows))
        for number, row in enumerate(rows):
            if row is not None:
                moments.count[number] = row[0]
                moments.mean[number], moments.deviations[number], moments.low[number], moments.high[number] = row[1:]
        return moments


def joined(rows: Sequence[Sequence[float]]) -> dict[str, float]:
    """Rows of `Moments.rows`, at least one, as one: count, mean, std, low and high, as `pooled` has them.

    A single value has no std.
    """
    count, mean, deviations, low, high = np.array(rows, np.float64).T
    total = int(count.sum())
    middle = float((count * mean).sum() / total)
    answer = {"count": total, "mean": middle, "low": float(low.min()), "high": float(high.max())}
    if total > 1:
        apart = (deviations + count * (mean - middle) ** 2).sum()
        answer["std"] = float(np.sqrt(apart / (total - 1)))
    return {name: answer[name] for name in ("count", "mean", "std", "low", "high") if name in answer}


def pooled(groups: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Groups with equal values in the columns `by` joined into one row each, in the order of these values.

    `groups` has the columns STATISTICS, the result `by`, count, mean, std, low and high. `std` is the standard
    deviation of all values (of the sample, divided by count - 1; missing for a single value).

    Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979, equation
    2.1, for any number of groups: deviations within them and of their means from the mean of all.
    """
    keys = list(by)
    rows = groups[groups["count"] > 0]
    rows = rows.assign(total=rows["count"] * rows["mean"])
    grouped = rows.groupby(keys, sort=True)
    joined = grouped[["count", "total"]].sum()
    joined["mean"] = joined["total"] / joined["count"]
    place = grouped.ngroup().to_numpy()
    apart = rows["mean"].to_numpy() - joined["mean"].to_numpy()[place]
    within = rows["deviations"].to_numpy() + rows["count"].to_numpy() * apart**2
    deviations = np.bincount(place, within, len(joined))
    joined["std"] = np.sqrt(deviations / (joined["count"] - 1).where(joined["count"] > 1))
    joined["low"], joined["high"] = grouped["low"].min(), grouped["high"].max()
    return joined.reset_index()[[*keys, "count", "mean", "std", "low", "high"]]
