"""A tally as columns of the tables of windows and totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from monitor.moments import Moments
from monitor.shares import Tally


def tally_row(tally: Tally) -> dict[str, Any]:
    """What `tally_of` reads."""
    all_count = tally.counted == tally.samples
    return {
        "samples": tally.samples,
        "sums": tally.sums.round(6).tolist(),
        "counted": None if all_count else tally.counted,
        "counted_sums": None if all_count else tally.counted_sums.round(6).tolist(),
        "measures": tally.moments.rows() or None,
    }


def tally_of(row: Mapping[str, Any]) -> Tally:
    """What a row of the windows or totals holds."""
    sums = np.array(row["sums"], np.float64)
    counted = sums.copy() if row["counted_sums"] is None else np.array(row["counted_sums"], np.float64)
    samples = row["samples"]
    moments = Moments.from_rows(row["measures"] or [])
    return Tally(sums, moments, samples, counted, samples if row["counted"] is None else row["counted"])
