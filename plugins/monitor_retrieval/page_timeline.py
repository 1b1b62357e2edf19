"""The timeline of the page "Similar moments": how new each frame is, and which place of a plot was clicked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from monitor.clock import clock
from monitor.figures import nothing
from monitor.plot_layout import GREY, over_time, times
from monitor.timeline import MOST_POINTS

NOVELTY = "#2fa7a0"
EPOCH = np.datetime64(0, "ms")


def novelty_line(novelty: pd.DataFrame, *, reach: tuple[float, float], at: float | None) -> go.Figure:
    """Novelty over stream time, with the moment `at` marked; `novelty` has the columns seconds and novelty.

    Of neighbours that a plot could not tell apart, the most novel one is drawn.
    """
    known = novelty.dropna()
    if known.empty:
        return nothing("too short to tell what is new", height=140)
    merged = np.arange(len(known)) // -(-len(known) // MOST_POINTS)
    peaks = known.loc[known.groupby(merged)["novelty"].idxmax()]
    figure = go.Figure(
        go.Scatter(
            x=times(peaks["seconds"]),
            y=peaks["novelty"].tolist(),
            mode="lines+markers",
            line={"width": 1.5, "color": NOVELTY},
            marker={"size": 5, "color": NOVELTY},
            customdata=[clock(seconds) for seconds in peaks["seconds"]],
            hovertemplate="<b>%{customdata}</b><br>novelty %{y:.3f}<extra></extra>",
            showlegend=False,
            unselected={"marker": {"opacity": 1}},  # a click moves the mark; it does not fade all other points
        )
    )
    figure.update_yaxes(rangemode="tozero", fixedrange=True, nticks=4)
    words = {"text": "novelty", "font": {"size": 13, "color": GREY}, "showarrow": False}
    figure.add_annotation(x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", **words)
    return over_time(figure, 150, reach, None, at)


def clicked_seconds(selection: Mapping[str, Any]) -> float | None:
    """Stream time of the first point of Streamlit's selection; None where none was clicked."""
    points = selection.get("points", [])
    return float((np.datetime64(points[0]["x"], "ms") - EPOCH) / np.timedelta64(1, "s")) if points else None
