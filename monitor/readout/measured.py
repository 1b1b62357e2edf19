"""Rows of measures for plots and tables, from the windows and totals that the store keeps."""

from __future__ import annotations

import pandas as pd

from monitor.moments import pooled
from monitor.readout.timeline import MOST_POINTS, windows_in_a_point

ROW_COLUMNS = ["start_seconds", "end_seconds", "count", "mean", "std", "low", "high"]


def measure_rows(
    windows: pd.DataFrame,
    measure: str,
    window_seconds: float,
    *,
    reach: tuple[float, float] | None = None,
    most: int = MOST_POINTS,
) -> pd.DataFrame:
    """One row per stretch of time in which `measure` was observed, all subjects together, oldest first.

    `windows` is what `Store.measure_windows` returns for one source. Neighbours are merged as by
    `monitor.readout.timeline.share_rows`, so the rows of both cover the same stretches. Columns ROW_COLUMNS: how many
    values there are, their mean, standard deviation (missing for a single value), least and greatest.
    """
    own = windows[windows["measure"] == measure]
    if own.empty:
        return pd.DataFrame(columns=ROW_COLUMNS, dtype="float64")
    number = (own["start_seconds"] / window_seconds).round().astype("int64")
    first, last = number.min() * window_seconds, (number.max() + 1) * window_seconds
    merged = windows_in_a_point(reach or (first, last), window_seconds, most=most)
    rows = pooled(own.assign(stretch=number // merged), ["stretch"])
    rows.insert(0, "start_seconds", rows["stretch"] * merged * window_seconds)
    rows.insert(1, "end_seconds", (rows["stretch"] + 1) * merged * window_seconds)
    return rows[ROW_COLUMNS]


def measures_by_subject(sums: pd.DataFrame) -> pd.DataFrame:
    """One row per source, subject and measure, from windows or totals.

    Columns source_id, subject, measure, count, mean, std, low and high.
    """
    return pooled(sums, ["source_id", "subject", "measure"])


def overall(sums: pd.DataFrame) -> pd.DataFrame:
    """One row per measure over everybody in `sums` (windows or totals): measure, count, mean, std, low and high."""
    return pooled(sums, ["measure"])
