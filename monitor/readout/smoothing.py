"""Exponential smoothing of each subject's scores, by half-life."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import pandas as pd

SUBJECT = ["source_id", "subject"]


def smoothed(rows: pd.DataFrame, labels: Sequence[str], half_life_seconds: float) -> pd.DataFrame:
    """`rows` with smoothed scores in the label columns; their order and index, in which no value is twice, stay.

    Per `source_id` and `subject`, in order of `seconds`: the first score as it is, then
    w p~(before) + (1 - w) p with w = 0.5 ** (seconds in between / half-life), so that an old score counts half after
    one half-life however often samples are taken. Scores that sum to 1 do so afterwards.
    """
    half_life = pd.Timedelta(half_life_seconds, "s")
    ordered = rows.sort_values("seconds", kind="stable")
    times = (ordered["seconds"] * 1e9).round().astype("datetime64[ns]")  # in whole seconds, half-lives would be too
    subjects = ordered.groupby(SUBJECT)[list(labels)]
    averages = subjects.ewm(halflife=half_life, times=times, adjust=False).mean().reset_index(SUBJECT, drop=True)
    return rows.assign(**averages)


def smoothed_means(
    rows: pd.DataFrame, labels: Sequence[str], half_life_seconds: float, length_seconds: float
) -> pd.DataFrame:
    """`rows`, mean scores over `length_seconds` from `seconds` on, with means of smoothed scores in the label columns.

    As if a score did not change within a row's stretch of time and was sampled without end: with x its mean and y the
    smoothed score when the subject's last stretch ended, `gap` seconds before this one, t seconds into it
    p~ = x + (y - x) 0.5 ** ((gap + t) / half-life), and the mean of that over the stretch has a closed form.
    """
    ends = smoothed(rows, labels, half_life_seconds).sort_values("seconds", kind="stable")
    subjects = ends.groupby(SUBJECT, sort=False)
    gap = subjects["seconds"].diff() - length_seconds
    lengths = length_seconds / half_life_seconds
    weight = 0.5 ** (gap / half_life_seconds) * (1 - 0.5**lengths) / (lengths * log(2))
    before = subjects[list(labels)].shift()
    return rows.assign(
        **{label: rows[label] + ((before[label] - rows[label]) * weight).fillna(0.0) for label in labels}
    )
