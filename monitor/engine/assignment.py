"""Who is who: the pairs of rows and columns that together cost least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def assignment(costs: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs (row, column) of `costs`, neither of them empty, each row and each column in at most one, as many as there
    can be, whose sum is the least (the linear assignment problem).

    >>> assignment(np.array([[0.1, 0.2], [0.2, 0.9]])), assignment(np.array([[0.3], [0.2]]))
    ([(0, 1), (1, 0)], [(1, 0)])
    """
    if 1 in costs.shape:  # mostly; and SciPy is a third of a second and 40 MB, for which nobody has to wait then
        row, column = np.unravel_index(costs.argmin(), costs.shape)
        return [(int(row), int(column))]
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(costs)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
