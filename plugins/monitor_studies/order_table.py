"""Trend over the dated sessions of a study, and steps at outside events, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from monitor_studies.statistics.order import FEWEST_FOR_TREND, NOTABLE, Change, step, trend
from monitor_studies.studied import Draws, Studied, families
from monitor_studies.study_file import StudyFile

COLUMNS = ("size", "low", "high", "p", "p_holm", "p_fdr", "autocorrelation")


def order_table(found: Sequence[Studied], study: StudyFile, draws: Draws) -> tuple[pd.DataFrame, list[str]]:
    """Columns change (`trend per day`, or `step at` an event), label and COLUMNS; empty with fewer than two dates."""
    dated = sorted(
        (each.wanted.date, place)
        for place, each in enumerate(found)
        if each.wanted.date is not None and each.labels.series.observed
    )
    if len(dated) < 2:
        return pd.DataFrame(columns=["change", "label", *COLUMNS]), []
    days = np.array([_days(day, dated[0][0]) for day, _ in dated])
    rows: list[dict[str, object]] = []
    for recordings in families(found):
        chosen = [
            place
            for place, label in enumerate(recordings[0].series.names)
            if study.labels is None or label in study.labels
        ]
        if not chosen:
            continue
        shares = np.stack([recordings[place].series.means for _, place in dated])[:, chosen]
        names = tuple(recordings[0].series.names[place] for place in chosen)
        changes = {"trend per day": trend(names, days, shares)}
        for event in study.events:
            at = _days(event.date, dated[0][0])
            changes[f"step at {event.name}"] = step(
                names, days, shares, at, draws.next(), permutations=study.permutations
            )
        rows += [row for what, change in changes.items() for row in _rows(what, change)]
    table = pd.DataFrame(rows)
    return table, _remarks(table, len(dated))


def _rows(what: str, change: Change) -> list[dict[str, object]]:
    return [
        {"change": what, "label": label, **{column: getattr(change, column)[place] for column in COLUMNS}}
        for place, label in enumerate(change.names)
    ]


def _remarks(table: pd.DataFrame, sessions: int) -> list[str]:
    remarks = []
    if sessions < FEWEST_FOR_TREND:
        remarks.append(f"{sessions} dated sessions are too few for a trend; {FEWEST_FOR_TREND} are the least.")
    for what, rows in table.groupby("change", sort=False):
        if rows["p"].isna().all() and str(what).startswith("step"):
            remarks.append(f"No {what} can be told: it needs two sessions on each side of it and five in all.")
    correlated = sorted(table.loc[table["autocorrelation"] > NOTABLE, "label"].unique())
    if correlated:
        remarks.append(
            f"The shares of {', '.join(correlated)} are correlated from one session to the next. The p-values of trend "
            "and steps suppose that they are not, and are too small there."
        )
    return remarks


def _days(day: date, first: date) -> float:
    return float((day - first).days)
