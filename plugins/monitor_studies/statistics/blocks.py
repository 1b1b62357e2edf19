"""Blocks of neighbouring samples: how long they must be, and how recordings are resampled and permuted in them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor_studies.statistics.series import Array

Method = Literal["stationary", "moving"]
APART = 3.0
"""Blocks that a permutation moves are so many times as long as those of the bootstrap: their means must hardly depend
on each other, whereas the bootstrap's blocks need only carry the correlation within them."""
MOST_AT_ONCE = 2_000_000
"""Numbers in the recordings that are made at once: 16 MB, of which a calculation holds a handful."""


def block_length(residuals: Array, method: Method = "stationary") -> float:
    """Samples in a block of the bootstrap.

    By the rule of Politis and White (2004), as Patton, Politis and White (2009) corrected it: the median over
    the names of `residuals` (samples, names), of those that vary at all; at least 1, at most a third of the samples.
    """
    from arch.bootstrap import optimal_block_length

    varying = residuals[:, residuals.std(axis=0) > 1e-12]
    if not varying.shape[1]:
        return 1.0
    with warnings.catch_warnings():  # of logarithms and divisions in short or nearly constant series
        warnings.simplefilter("ignore")
        lengths = optimal_block_length(varying)["stationary" if method == "stationary" else "circular"].to_numpy()
    length = float(np.nanmedian(lengths)) if np.isfinite(lengths).any() else 1.0
    return min(max(length, 1.0), len(residuals) / 3)


def chunks(count: int, values_each: int) -> Iterator[int]:
    """Sizes of the parts in which `count` recordings of `values_each` numbers are made, so that memory stays bounded.

    >>> list(chunks(5, MOST_AT_ONCE // 2))
    [2, 2, 1]
    """
    at_once = max(1, MOST_AT_ONCE // values_each)
    yield from (min(at_once, count - start) for start in range(0, count, at_once))


def resampled(
    shape: tuple[int, ...], length: float, resamples: int, method: Method, generator: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Chunks (recordings, samples) of indices of recordings made of blocks that were drawn with replacement.

    `shape` is (samples, names) of the recording. Stationary: blocks of geometric length with mean `length`, round the
    end (Politis and Romano 1994). Moving: blocks of `length` rounded up, within the recording (Kunsch 1989). What is
    drawn does not depend on the size of the chunks.
    """
    from arch.bootstrap import MovingBlockBootstrap, StationaryBootstrap

    positions = np.arange(shape[0])
    bootstrap = (
        StationaryBootstrap(length, positions, seed=generator)  # type: ignore[arg-type]  # a mean may be broken
        if method == "stationary"
        else MovingBlockBootstrap(math.ceil(length), positions, seed=generator)
    )
    for size in chunks(resamples, math.prod(shape)):
        yield np.stack([bootstrap.update_indices() for _ in range(size)])


def permuted(
    shape: tuple[int, ...], length: float, permutations: int, generator: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Chunks (recordings, samples) of indices of recordings whose blocks of about `length` samples changed places.

    `shape` is (samples, names). What is drawn does not depend on the size of the chunks.
    """
    blocks = np.array_split(np.arange(shape[0]), max(2, round(shape[0] / length)))
    for size in chunks(permutations, math.prod(shape)):
        yield np.stack([np.concatenate([blocks[n] for n in generator.permutation(len(blocks))]) for _ in range(size)])
