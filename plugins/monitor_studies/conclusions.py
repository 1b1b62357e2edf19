"""What the comparisons of a study allow to conclude, in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from monitor_studies.table_text import cell, interval

SIGNIFICANT = 0.05


def conclusions(comparisons: pd.DataFrame, measures: Sequence[str] = ()) -> list[str]:
    """A sentence or two for each comparison: which labels differ after correction, or that none can be told to."""
    sentences = []
    for name, rows in comparisons.groupby("comparison", sort=False) if len(comparisons) else []:
        found = rows[rows["p_holm"] < SIGNIFICANT]
        if len(found):
            words = [
                f"{row['label']} by {_change(row, measures)}, corrected p = {row['p_holm']:.3f}"
                for row in found.to_dict("records")
            ]
            others = " No other label differs by more than chance explains." if len(found) < len(rows) else ""
            sentences.append(f"{name}: {'; '.join(words)}.{others}")
        elif rows["p"].isna().all():
            sentences.append(f"{name}: too little was recorded to test any difference.")
        else:
            nearest = rows.nsmallest(1, "p").to_dict("records")[0]
            sentences.append(
                f"{name}: no label differs by more than chance explains. The smallest p-value is that of "
                f"{nearest['label']}, which differs by {_change(nearest, measures)}, p = {nearest['p']:.3f} before "
                f"correction. {_power(nearest, measures)}"
            )
    return sentences


def _power(row: Mapping[Hashable, Any], measures: Sequence[str]) -> str:
    """What difference there would have to be."""
    if row["label"] not in measures and row["smallest_difference"] > 1:
        return "So little was recorded that not even a difference of 100 points would be sure to be found; record more."
    smallest = cell("smallest_difference", row, measures)
    return f"A true difference of {smallest} would have been found in four of five such studies."


def _change(row: Mapping[Hashable, Any], measures: Sequence[str]) -> str:
    """A difference and its interval, in words."""
    return f"{cell('difference', row, measures)} ({interval('difference', 'low', 'high', row, measures)})"
