"""Tables of a result as text: headings, numbers with their units, and each interval as one column."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

HEADS = {
    "label": "Label",
    "first": "First",
    "second": "Second",
    "difference": "Difference",
    "interval": "95 % interval",
    "p": "p",
    "p_holm": "p (Holm)",
    "p_fdr": "p (FDR)",
    "smallest_difference": "Smallest detectable",
    "sessions_first": "Sessions, first",
    "sessions_second": "Sessions, second",
    "where": "Where",
    "when": "When",
    "share": "Share",
    "samples": "Samples",
    "effective_samples": "Effective samples",
    "adjusted": "Adjusted",
    "adjusted_interval": "95 % interval, adjusted",
    "false_positives": "From false positives alone",
    "comparison": "Comparison",
    "change": "Change",
    "size": "Estimate",
    "autocorrelation": "Autocorrelation",
    "session": "Session",
    "name": "Name",
    "group": "Group",
    "date": "Date",
    "model": "Model",
    "every_seconds": "Sampled every (s)",
    "excluded_seconds": "Excluded (s)",
    "observed": "With somebody who counts",
}
"""Column of a table -> how it is headed; covariates are headed by their names."""
NUMBERS_AS_NAMES = {"session"}
SHARES = {"first", "second", "share", "adjusted", "false_positives"}
P_VALUES = {"p", "p_holm", "p_fdr"}


def as_text(table: pd.DataFrame, measures: Sequence[str] = ()) -> pd.DataFrame:
    """The table as people read it: intervals joined, columns headed by HEADS, every cell a word.

    Shares are in per cent and their differences in points; labels that are `measures` are in units of their own.
    """
    shown = _with_intervals(table, measures)
    rows = [[cell(str(name), row, measures) for name in shown.columns] for row in shown.to_dict("records")]
    return pd.DataFrame(rows, columns=[HEADS.get(str(name), str(name)) for name in shown.columns])


def cell(name: str, row: Mapping[Hashable, Any], measures: Sequence[str] = ()) -> str:
    """The value of one column of a row, as it is shown; empty where there is none."""
    return _value(name, row[name], row, measures)


def interval(name: str, low: str, high: str, row: Mapping[Hashable, Any], measures: Sequence[str] = ()) -> str:
    """The interval from column `low` to column `high` of a row, written as the column `name` is."""
    first, last = (_value(name, row[end], row, measures) for end in (low, high))
    for unit in (" points", " %"):
        if last.endswith(unit):
            first = first.removesuffix(unit)
    return f"{first} to {last}" if first and last else ""


def _with_intervals(table: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """The table with each pair of ends of an interval as one column of words."""
    shown = table.copy()
    of = next((name for name in ("difference", "size", "share") if name in shown), "")
    for name, low, high in (("interval", "low", "high"), ("adjusted_interval", "adjusted_low", "adjusted_high")):
        if low in shown:
            words = [interval(of, low, high, row, measures) for row in table.to_dict("records")]
            shown.insert(list(shown.columns).index(low), name, words)
            shown = shown.drop(columns=[low, high])
    return shown


def _value(name: str, value: object, row: Mapping[Hashable, Any], measures: Sequence[str]) -> str:
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) and name not in NUMBERS_AS_NAMES else str(value)
    if value != value:
        return ""
    if name in P_VALUES:
        return f"{value:.4f}"
    if name == "effective_samples":
        return f"{value:,.0f}"
    if name == "autocorrelation":
        return f"{value:.2f}"
    if row.get("label") in measures:
        return f"{value:.4g}"
    if name == "difference":
        return f"{100 * value:+.2f} points"
    if name == "size":
        return f"{100 * value:+.3g} points"
    if name == "smallest_difference":
        return f"{100 * value:.2f} points" if value <= 1 else "more than 100 points"
    return f"{100 * value:.2f} %" if name in SHARES else f"{value:.4g}"
