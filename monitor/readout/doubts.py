"""Where an analyzer says that its own scores are to be doubted, from its measures that tell."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from monitor.plugin.contracts import Measure
from monitor.readout.measured import measure_rows, overall
from monitor.readout.timeline import MOST_POINTS

MOSTLY = 0.5
"""A stretch is doubtful where at least this share of its samples is."""


def sentences(measured: pd.DataFrame | None, measures: Sequence[Measure], window_seconds: float) -> list[str]:
    """What to say beside shares: one sentence for each such measure by which any stretch is doubtful.

    `measured` as in `Evidence`. A few doubtful samples here and there are usual, and not worth a sentence.
    """
    found = []
    for measure in _telling(measured, measures):
        assert measured is not None
        if (measure_rows(measured, measure.name, window_seconds)["mean"] >= MOSTLY).any():
            share = float(overall(measured[measured["measure"] == measure.name])["mean"].iloc[0])
            percent = f"{share:.0%}".replace("%", " %")
            found.append(f"{percent} of the samples {measure.doubt} The timeline is veiled where most of them are.")
    return found


def stretches(
    measured: pd.DataFrame | None,
    measures: Sequence[Measure],
    window_seconds: float,
    *,
    reach: tuple[float, float],
    most: int = MOST_POINTS,
) -> list[tuple[float, float]]:
    """The doubtful stretches of stream time, in seconds, on the times of `share_rows`; neighbours are one."""
    found: list[tuple[float, float]] = []
    for measure in _telling(measured, measures):
        assert measured is not None
        rows = measure_rows(measured, measure.name, window_seconds, reach=reach, most=most)
        for row in rows[rows["mean"] >= MOSTLY].to_dict("records"):
            if found and found[-1][1] >= row["start_seconds"]:
                found[-1] = (found[-1][0], row["end_seconds"])
            else:
                found.append((row["start_seconds"], row["end_seconds"]))
    return found


def _telling(measured: pd.DataFrame | None, measures: Sequence[Measure]) -> list[Measure]:
    """Those of `measures` that say so and have values."""
    if measured is None:
        return []
    known = set(measured["measure"])
    return [measure for measure in measures if measure.doubt and measure.name in known]
