"""Who may have seen what: a training picture belongs to one of a few folds, and is judged by what the others taught.

Otherwise a teacher would hand its student the labels it has learnt by heart. Bank and transformer use the same folds,
so that neither has seen the label of the picture it speaks about.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FOLDS = 5


def folds_of(names: Sequence[str]) -> NDArray[np.int64]:
    """The fold of each picture, (N,), from 0 to FOLDS - 1; it depends on its name alone."""
    return np.array([zlib.crc32(name.encode()) % FOLDS for name in names])
