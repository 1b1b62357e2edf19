"""Reads of the table of moments that look at every row of a selection: best by a value, counts, rows by number."""

from __future__ import annotations

from typing import Any

import numpy as np
from lancedb.table import LanceTable
from numpy.typing import NDArray

from monitor_retrieval.index.rows import to_moments
from monitor_retrieval.moment import Moment

SCAN_ROWS = 1 << 16
"""Rows that are read at once where a column is read whole; by default so few that a million rows take seconds."""


def values_and_rows(table: LanceTable, expression: str, where: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Values of an SQL expression, (N,), and the numbers of their rows, (N,), in the order of the table.

    That is all that must be read to choose among many rows; `take` reads the chosen ones whole.
    """
    query = table.search().where(where).select({"value": expression}).with_row_id(True)
    found = query.to_batches(SCAN_ROWS).read_all()
    return found["value"].to_numpy(), found["_rowid"].to_numpy().astype(np.int64)


def highest(table: LanceTable, expression: str, where: str, count: int) -> list[Moment]:
    """The `count` moments with the highest values of an SQL expression, the highest first."""
    values, rows = values_and_rows(table, expression, where)
    chosen = np.argpartition(-values, count)[:count] if count < len(values) else np.arange(len(values))
    order = np.argsort(-values[chosen], kind="stable")
    return take(table, rows.take(chosen.take(order)))


def counts(table: LanceTable, column: str, where: str) -> dict[Any, int]:
    """Value of a column -> number of its rows, sorted by value."""
    values = table.search().where(where).select([column]).to_batches(SCAN_ROWS).read_all()[column]
    return dict(sorted((pair["values"], pair["counts"]) for pair in values.value_counts().to_pylist()))


def take(table: LanceTable, rows: NDArray[np.int64]) -> list[Moment]:
    """The moments in `rows`, in that order."""
    if not len(rows):
        return []
    found = table.take_row_ids(rows.tolist()).with_row_id().to_arrow()
    order = {row: place for place, row in enumerate(found["_rowid"].to_pylist())}
    return to_moments(found.take([order[row] for row in rows.tolist()]), table.schema)
