"""Keeps the table of moments quick: joins the fragments that appends leave, and indexes vectors where there are many.

The vector index groups alike vectors (IVF_FLAT), and a search looks at the nearest groups only. Vectors are kept whole
in it: beside the thumbnails, compressing them would save little. PROBES trades speed for recall;
`monitor bench-moments` measures both.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from lancedb.index import Bitmap, IvfFlat
from lancedb.table import IndexStatistics, LanceTable

INDEXED_FROM = 100_000
"""Rows from which a vector index pays; below, and within so many moments of one session, search is exact."""
PARTITIONS, PROBES = 256, 16
"""Groups in the vector index, and how many of them a search looks at; more where a filter leaves too few answers."""
MOST_PARTS = 20
"""What was appended since the vector index was made becomes a part of it; with so many parts it is made again."""
LOOSE_ROWS = 10_000
"""Rows outside the vector index that are searched one by one before they become a part of it."""
MOST_FRAGMENTS = 128
"""Every append is a fragment of its own; with so many, joining is due."""
KEPT_VERSION = timedelta(minutes=1)
"""Age at which an earlier version of the table is removed; no reader holds one for longer than a question."""


def purge(table: LanceTable) -> None:
    """Remove from the disk what was deleted: rows that others only do not see any more, and every earlier version.

    A pass spares versions younger than a millisecond, so passes are made until only the latest version is left.
    """
    earlier = True
    while earlier:
        table.optimize(cleanup_older_than=timedelta(milliseconds=1))  # 0 warns of what is meant
        table.checkout_latest()  # type: ignore[no-untyped-call]
        earlier = any(each["version"] < table.version for each in table.list_versions())


def is_due(table: LanceTable) -> bool:
    """Whether questions would gain by `optimize`."""
    if fragments(table) >= MOST_FRAGMENTS:
        return True
    state = _vector_index(table)
    return table.count_rows() >= INDEXED_FROM if state is None else state.num_unindexed_rows >= LOOSE_ROWS


def _vector_index(table: LanceTable) -> IndexStatistics | None:
    names = [each.name for each in table.list_indices() if each.columns[0] == "vector"]
    return table.index_stats(names[0]) if names else None


def fragments(table: LanceTable) -> int:
    """How many fragments the table has."""
    stats = cast("dict[str, Any]", table.stats())  # that is what it gives, whatever its annotation says
    return int(stats["fragment_stats"]["num_fragments"])


def optimize(table: LanceTable) -> None:
    """Join fragments, remove earlier versions, and make or extend the indexes; others may read and append meanwhile.

    Where there is a vector index, few new rows are left as they are: the old ones are joined already, and every
    extension is one more part to search.
    """
    state = _vector_index(table)
    if state is not None and not is_due(table):
        return
    if table.count_rows() >= INDEXED_FROM:
        if state is None or (state.num_indices or 0) >= MOST_PARTS:
            table.create_index("vector", config=IvfFlat(distance_type="cosine", num_partitions=PARTITIONS))
        if not any(each.columns[0] == "session" for each in table.list_indices()):
            # without it a search tries the filter on every row
            table.create_index("session", config=Bitmap())
    table.optimize(cleanup_older_than=KEPT_VERSION)
