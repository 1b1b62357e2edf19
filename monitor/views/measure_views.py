"""Measures as people look at them: a plot over time, and a table of subjects."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from monitor.plugin.contracts import Measure
from monitor.views.clock import span
from monitor.views.html import render
from monitor.views.subjects import subject_title

if TYPE_CHECKING:
    import plotly.graph_objects as go

LINE, BAND = "#2f7fb5", "rgba(47, 127, 181, 0.22)"
HEIGHT = 200


def title(measure: Measure) -> str:
    """The measure's name in words, with its unit.

    >>> title(Measure("head_yaw", "degrees", -90, 90, "Turn of the head."))
    'head yaw (degrees)'
    """
    words = measure.name.replace("_", " ")
    return f"{words} ({measure.unit})" if measure.unit else words


def measure_over_time(
    rows: pd.DataFrame,
    measure: Measure,
    *,
    reach: tuple[float, float],
    gaps: pd.DataFrame | None = None,
    at: float | None = None,
    cuts: Sequence[float] = (),
) -> go.Figure:
    """The mean as a line in a band of one standard deviation to both sides; broken where nothing was measured.

    `rows` come from `monitor.readout.measured.measure_rows`; the other arguments are those of `figures.stacked_area`.
    """
    from monitor.views.figures import nothing, runs
    from monitor.views.plot_layout import over_time, times

    if rows.empty:
        return nothing(f"{title(measure)}: nothing yet", height=HEIGHT)
    moments = times((rows["start_seconds"] + rows["end_seconds"]) / 2)
    spread, mean = rows["std"].fillna(0.0), rows["mean"].tolist()
    lower, upper = (rows["mean"] - spread).tolist(), (rows["mean"] + spread).tolist()
    hovers = [_hover(row, measure) for row in rows.to_dict("records")]
    pieces = list(runs(rows))
    bands = [
        {
            "type": "scatter",
            "x": [moments[position] for position in [*run, *reversed(run)]],
            "y": [upper[position] for position in run] + [lower[position] for position in reversed(run)],
            "fill": "toself",
            "fillcolor": BAND,
            "line": {"width": 0},
            "mode": "lines",
            "hoverinfo": "skip",
            "uid": f"{measure.name} band {number}",
            "showlegend": False,
        }
        for number, run in enumerate(pieces)
    ]
    positions = [position for run in pieces for position in [*run, None]]  # None breaks the line
    line = {
        "type": "scatter",
        "x": [None if position is None else moments[position] for position in positions],
        "y": [None if position is None else mean[position] for position in positions],
        "mode": "lines+markers" if len(rows) < 60 else "lines",
        "line": {"width": 2, "color": LINE},
        "marker": {"size": 4},
        "customdata": ["" if position is None else hovers[position] for position in positions],
        "hovertemplate": "%{customdata}<extra></extra>",
        "uid": measure.name,
        "showlegend": False,
    }
    values = {
        "title": {"text": measure.unit or None, "font": {"size": 12}},
        "fixedrange": True,
        "nticks": 5,
        "autorangeoptions": {  # a line that stays at 0 would else be drawn from -1 to 1, whatever can be measured
            "clipmin": measure.low if math.isfinite(measure.low) else None,
            "clipmax": measure.high if math.isfinite(measure.high) else None,
        },
    }
    return over_time([*bands, line], HEIGHT, reach, gaps, at, cuts, yaxis=values)


def measures_table(
    by_subject: pd.DataFrame,
    measures: Sequence[Measure],
    names: Mapping[int, str] | None = None,
    uncounted: Collection[int] = (),
) -> Markup:
    """An HTML table: a row per subject, a column per measure with its mean and standard deviation.

    `by_subject` comes from `monitor.readout.measured.measures_by_subject`, of one source; `names` has those of people,
    and `uncounted` those who are in no share, which is said.
    """
    known = {(row["subject"], row["measure"]): row for row in by_subject.to_dict("records")}
    rows = [
        (
            subject_title(subject, names),
            subject in uncounted,
            [_cell(known.get((subject, each.name))) for each in measures],
        )
        for subject in sorted(set(by_subject["subject"]))
    ]
    return render("measures_table.html", heads={title(each): each.meaning for each in measures}, rows=rows)


def number(value: float) -> str:
    """A number with three digits, or all before the point.

    >>> number(12345.6), number(12.345), number(0.012345), number(0.0)
    ('12,346', '12.3', '0.0123', '0')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _cell(row: Mapping[Any, Any] | None) -> dict[str, str] | None:
    if row is None:
        return None
    return {"words": mean_and_spread(row), "range": f"{number(row['low'])} to {number(row['high'])}"}


def mean_and_spread(row: Mapping[Any, Any]) -> str:
    """Mean and standard deviation in words, of a row with `mean` and `std`, which is missing for a single value."""
    return number(row["mean"]) + ("" if pd.isna(row["std"]) else f" ± {number(row['std'])}")


def _hover(row: Mapping[Any, Any], measure: Measure) -> Markup:
    return Markup("<b>{}</b> · {} values<br>{}: {}{}<br>{} to {}").format(
        span(row["start_seconds"], row["end_seconds"]),
        f"{row['count']:.0f}",
        title(measure),
        mean_and_spread(row),
        f" {measure.unit}" if measure.unit else "",
        number(row["low"]),
        number(row["high"]),
    )
