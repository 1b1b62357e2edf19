"""The timeline of the page "Similar moments": how new each frame is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from monitor.readout.timeline import MOST_POINTS
from monitor.views.clock import clock
from monitor.views.figures import nothing
from monitor.views.plot_layout import GREY, over_time, times

NOVELTY = "#2fa7a0"


def novelty_line(novelty: pd.DataFrame, *, reach: tuple[float, float], at: float | None) -> go.Figure:
    """Novelty over stream time, with the moment `at` marked; `novelty` has the columns seconds and novelty.

    Of neighbours that a plot could not tell apart, the most novel one is drawn.
    """
    known = novelty.dropna()
    if len(known) < 2:  # one alone stands at the end of the axis, where nobody sees it
        return nothing("too short to tell what is new", height=140)
    merged = np.arange(len(known)) // -(-len(known) // MOST_POINTS)
    peaks = known.loc[known.groupby(merged)["novelty"].idxmax()]
    line = {
        "type": "scatter",
        "x": times(peaks["seconds"]),
        "y": peaks["novelty"].tolist(),
        "mode": "lines+markers",
        "line": {"width": 1.5, "color": NOVELTY},
        "marker": {"size": 5, "color": NOVELTY},
        "customdata": [clock(seconds) for seconds in peaks["seconds"]],
        "hovertemplate": "<b>%{customdata}</b><br>novelty %{y:.3f}<extra></extra>",
        "showlegend": False,
    }
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom"}
    words = {"text": "novelty", "font": {"size": 13, "color": GREY}, "showarrow": False, **place}
    axis = {"rangemode": "tozero", "fixedrange": True, "nticks": 4}
    return over_time([line], 150, reach, None, at, annotations=[words], yaxis=axis)
