"""Exponential smoothing of each subject's scores, by half-life."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def smoothed(rows: pd.DataFrame, labels: Sequence[str], half_life_seconds: float) -> pd.DataFrame:
    """`rows` with smoothed scores in the label columns; their order and index stay.

    Per `source_id` and `subject`, in order of `seconds`: the first score as it is, then
    w p~(before) + (1 - w) p with w = 0.5 ** (seconds in between / half-life), so that an old score counts half after
    one half-life however often samples are taken. Scores that sum to 1 do so afterwards.
    """
    if rows.empty:
        return rows
    ordered = rows.sort_values("seconds", kind="stable")
    means = (
        ordered.groupby(["source_id", "subject"], sort=False)[list(labels)]
        .ewm(
            halflife=pd.Timedelta(seconds=half_life_seconds),
            times=pd.to_datetime(ordered["seconds"], unit="s"),
            adjust=False,
        )
        .mean()
        .droplevel(["source_id", "subject"])
    )
    return rows.assign(**{label: means[label] for label in labels})
