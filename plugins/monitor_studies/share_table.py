"""Shares of each session with intervals, and corrected for the classifier's errors, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from monitor_studies.statistics.classifier import Adjusted, Confusion, adjusted
from monitor_studies.statistics.intervals import intervals
from monitor_studies.statistics.series import Series
from monitor_studies.statistics.variance import FEWEST_SAMPLES, effective_samples, standard_errors
from monitor_studies.studied import Draws, Studied, families
from monitor_studies.study_file import StudyFile
from monitor_studies.words import in_sessions, listed

FEW_EFFECTIVE = 25.0
"""A minute of a face as in the shipped model of recordings has somewhat more."""
NORMAL = 1.959964
"""Half the length of a 95 % interval in standard errors, for shares that were corrected."""


def share_rows(series: Series, study: StudyFile, draws: Draws, confusion: Confusion | None) -> list[dict[str, object]]:
    """One row for each name: share, interval, effective samples, and what the classifier's errors make of it."""
    low, high = intervals(series, draws.next(), method=study.method, resamples=study.resamples)
    effective, corrected = effective_samples(series), _corrected(series, confusion)
    rows = []
    for place, name in enumerate(series.names):
        row: dict[str, object] = {
            "label": name,
            "share": series.means[place],
            "low": low[place],
            "high": high[place],
            "samples": series.observed,
            "effective_samples": effective[place],
        }
        if corrected is not None:
            reach = NORMAL * corrected.standard_errors[place]
            row["adjusted"] = corrected.shares[place]
            row["adjusted_low"] = max(0.0, corrected.shares[place] - reach)
            row["adjusted_high"] = min(1.0, corrected.shares[place] + reach)
            row["false_positives"] = corrected.false_positives[place]
        rows.append(row)
    return rows if study.labels is None else [row for row in rows if row["label"] in study.labels]


def share_table(
    found: Sequence[Studied], study: StudyFile, draws: Draws, confusion: Confusion | None
) -> tuple[pd.DataFrame, list[str]]:
    """Columns session and those of `share_rows`, and remarks on shares that tell nothing."""
    rows = [
        {"session": each.session.id, **row}
        for recordings in families(found)
        for each in recordings
        for row in share_rows(each.series, study, draws, confusion)
    ]
    table = pd.DataFrame(rows)
    remarks = []
    if "false_positives" in table:
        by_chance = table[table["share"] <= table["false_positives"]]
        labels_of: dict[str, list[str]] = {}
        for label, of_label in by_chance.groupby("label", sort=False):
            labels_of.setdefault(in_sessions(of_label["session"], found), []).append(str(label))
        for sessions, labels in labels_of.items():
            shares = f"share of {labels[0]} is" if len(labels) == 1 else f"shares of {listed(labels)} are"
            remarks.append(
                f"{sessions} the {shares} not above what the classifier's errors alone would give for faces that show "
                f"none, and so no sign of {listed(labels, 'or')}."
            )
    few = table[~(table["effective_samples"] >= FEW_EFFECTIVE)]
    if len(few):
        remarks.append(
            f"{in_sessions(few['session'], found)}, some labels have fewer than {FEW_EFFECTIVE:g} effective samples. "
            "Intervals and tests were not validated on recordings as short; longer ones are needed."
        )
    return table, remarks


def _corrected(series: Series, confusion: Confusion | None) -> Adjusted | None:
    if confusion is None or series.names != confusion.labels or series.observed < FEWEST_SAMPLES:
        return None
    return adjusted(series.means, standard_errors(series) ** 2, confusion)
