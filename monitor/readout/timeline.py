"""Share rows for plots and tables, from the windows that the store keeps.

Windows hold *sums* of probabilities, so merging people or neighbouring windows is addition; normalising comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import pandas as pd

from monitor.shares import shares

MOST_POINTS = 300
"""Points of one line, however long the session is: three pixels for each in a plot of 900."""
GAP_COLUMNS = ["start_seconds", "end_seconds", "reason", "what"]
"""Of stretches that plots shade: `what` is the word that stands in them."""


@dataclass(frozen=True)
class Lane:
    """One row of a timeline: what one analyzer saw, to be drawn above or below others on one time axis."""

    title: str
    """As HTML."""
    labels: Sequence[str]
    rows: pd.DataFrame
    """From `share_rows`; may be empty."""
    absence: str
    """What to say where it is empty."""
    doubtful: Sequence[tuple[float, float]] = ()
    """Stretches, in seconds of stream time, where the analyzer says that its own scores are to be doubted."""


def windows_in_a_point(reach: tuple[float, float], window_seconds: float, *, most: int = MOST_POINTS) -> int:
    """How many windows a plot from `reach[0]` to `reach[1]` seconds joins to one point, to have no more than `most`."""
    return max(1, ceil(round((reach[1] - reach[0]) / window_seconds) / most))


def within(windows: pd.DataFrame, start_seconds: float, end_seconds: float) -> pd.DataFrame:
    """The windows that touch [start_seconds, end_seconds)."""
    return windows[(windows["end_seconds"] > start_seconds) & (windows["start_seconds"] < end_seconds)]


def of_subject(windows: pd.DataFrame, subject: int | None) -> pd.DataFrame:
    """The windows of one subject; all of them for None."""
    return windows if subject is None else windows[windows["subject"] == subject]


def share_rows(
    windows: pd.DataFrame,
    labels: Sequence[str],
    window_seconds: float,
    *,
    reach: tuple[float, float] | None = None,
    most: int = MOST_POINTS,
) -> pd.DataFrame:
    """One row per stretch of time in which anything was observed, all subjects together, oldest first.

    `windows` is what `Store.windows` returns for one source. Where `reach` (start and end in seconds, by default that
    of `windows`) holds more than `most` windows, as many neighbours as needed are merged into one row; over one reach
    the rows of all analyzers cover the same stretches. Columns: start_seconds, end_seconds, samples, counted (of these,
    in the shares), people (different subjects), then the share of each label, in [0, 1] with sum 1. Times without any
    observation that counts have no row.
    """
    columns = ["start_seconds", "end_seconds", "samples", "counted", "people", *labels]
    windows = windows[windows["counted"] > 0] if len(windows) else windows
    if windows.empty:
        return pd.DataFrame(columns=columns, dtype="float64")
    number = (windows["start_seconds"] / window_seconds).round().astype("int64")
    first, last = number.min() * window_seconds, (number.max() + 1) * window_seconds
    merged = windows_in_a_point(reach or (first, last), window_seconds, most=most)
    groups = windows.groupby(number // merged)
    rows = groups[["samples", "counted", *labels]].sum()
    rows.insert(0, "start_seconds", rows.index * merged * window_seconds)
    rows.insert(1, "end_seconds", (rows.index + 1) * merged * window_seconds)
    rows.insert(4, "people", groups["subject"].nunique())
    rows[list(labels)] = normalised(rows, labels)
    return rows.reset_index(drop=True)[columns]


def shares_by_subject(sums: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """One row per source and subject, from windows or totals: source_id, subject, samples, counted and a share per
    label."""
    rows = sums.groupby(["source_id", "subject"], as_index=False)[["samples", "counted", *labels]].sum()
    rows[list(labels)] = normalised(rows, labels)
    return rows


def uncounted(windows: Iterable[pd.DataFrame]) -> set[int]:
    """Subjects of whom nothing counts in any share; `windows` are those of one source, a table for each analyzer."""
    counts = [table.groupby("subject")["counted"].sum() for table in windows if len(table)]
    counted = pd.concat(counts).groupby(level=0).sum() if counts else pd.Series(dtype="int64")
    return {int(subject) for subject in counted.index[counted == 0]}


def overall(sums: pd.DataFrame, labels: Sequence[str]) -> tuple[dict[str, float], int]:
    """Shares of everything in `sums` (windows or totals) taken together, and the number of samples that count in
    them."""
    values = shares(sums[list(labels)].sum())
    return dict(zip(labels, values.tolist(), strict=True)), int(sums["counted"].sum())


def merged_gaps(gaps: pd.DataFrame, end_seconds: float, *, most: int = MOST_POINTS) -> pd.DataFrame:
    """Gaps of one source with neighbours joined where a plot of `end_seconds` could not tell them apart.

    Columns GAP_COLUMNS; a gap that still lasts ends at `end_seconds`.
    """
    slack = end_seconds / most
    rows: list[dict[str, float | str]] = []
    for start, end, reason in gaps[["start_seconds", "end_seconds", "reason"]].itertuples(index=False):
        end = max(start, end_seconds) if pd.isna(end) else end
        if rows and start - float(rows[-1]["end_seconds"]) < slack:
            rows[-1]["end_seconds"] = end
        else:
            rows.append({"start_seconds": start, "end_seconds": end, "reason": reason, "what": "gap"})
    return pd.DataFrame(rows, columns=GAP_COLUMNS)


def normalised(rows: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """The label columns of `rows` with sums turned into shares, row by row; 0 in a row without observations."""
    sums = rows[list(labels)]
    total = sums.sum(axis=1)
    return sums.div(total.where(total > 0, 1.0), axis=0)
