"""How plots look, whatever they show: the grounds they sit on, and the time axis with its gaps and its mark.

Backgrounds are transparent and greys are translucent, so that a figure sits on a light and on a dark page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from monitor.clock import clock

GRID = "rgba(128, 128, 128, 0.22)"
GAP = "rgba(128, 128, 128, 0.18)"
GREY = "#8a9099"
INK, PAPER = "#14171d", "#ffffff"
DAY = 86400.0
LEFT, RIGHT = 52, 12
"""Pixels beside every plot over stream time: the same for all, so that plots below each other line up in time."""
ABOVE_AND_BELOW = {"t": 30, "b": 8}
LEGEND = {"orientation": "h", "yanchor": "top", "y": -0.12, "x": 0, "title": None, "traceorder": "normal"}
"""Below the plot."""


def laid_out(figure: go.Figure, height: int, margin: Mapping[str, int] | None = None, **layout: object) -> go.Figure:
    """The figure, `height` pixels high, with grounds and grid that fit every page."""
    figure.update_layout(
        height=height,
        margin=margin or {"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        uirevision="kept",  # a refresh keeps the reader's zoom and hidden labels
        hoverlabel={"align": "left"},
        **layout,
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure


def over_time(
    figure: go.Figure,
    height: int,
    reach: tuple[float, float],
    gaps: pd.DataFrame | None,
    at: float | None,
    *,
    lanes: Sequence[str] = ("y",),
    margin: Mapping[str, int] = ABOVE_AND_BELOW,
    **layout: object,
) -> go.Figure:
    """The figure with an axis of stream time from `reach[0]` to `reach[1]` seconds, its gaps and its marked moment.

    `lanes` are the y axes, the topmost first, of a figure whose lanes share the time axis.
    """
    start, end = reach
    for gap in [] if gaps is None else gaps.to_dict("records"):
        if gap["end_seconds"] > start and gap["start_seconds"] < end:
            _add_gap(figure, max(start, gap["start_seconds"]), min(end, gap["end_seconds"]), str(gap["reason"]), lanes)
    if at is not None and start <= at <= end:
        _add_mark(figure, at, lanes)
    coarse = "%M:%S" if end < 3600 else "%-H:%M:%S" if end < DAY else "day %-j, %H:%M"
    figure.update_xaxes(
        type="date",
        range=times([start, end]),
        tickformatstops=[
            {"dtickrange": [None, 1000], "value": "%M:%S.%L"},
            {"dtickrange": [1000, None], "value": coarse},
        ],
        hoverformat=coarse,
        showgrid=False,
        title=None,
    )
    return laid_out(figure, height, {"l": LEFT, "r": RIGHT, **margin}, **{"hovermode": "x", "legend": LEGEND} | layout)


def times(seconds: Iterable[float | None]) -> list[str | None]:
    """Seconds of stream time on plotly's date axis, whose day 1 is the first of January 1970 there."""
    return [None if second is None else str(np.datetime64(round(second * 1000), "ms")) for second in seconds]


def _add_gap(figure: go.Figure, start: float, end: float, reason: str, lanes: Sequence[str]) -> None:
    """Shade a stretch in all lanes and name it in the first."""
    left, right = times([start, end])
    edge = {"width": 1, "color": GREY, "dash": "dot"}
    for lane in lanes:
        figure.add_shape(x0=left, x1=right, y0=0, y1=1, yref=f"{lane} domain", fillcolor=GAP, line=edge)
    words = {"text": "gap", "font": {"size": 11, "color": GREY}, "hovertext": reason, "showarrow": False}
    figure.add_annotation(x=left, xanchor="left", y=1, yanchor="top", yref=f"{lanes[0]} domain", **words)


def _add_mark(figure: go.Figure, at: float, lanes: Sequence[str]) -> None:
    """A line in all lanes and its time in the first; dark with a light rim, to stand out from every colour and page."""
    (moment,) = times([at])
    for lane in lanes:
        for width, ink in ((5, PAPER), (2, INK)):
            line = {"width": width, "color": ink}
            figure.add_shape(x0=moment, x1=moment, y0=0, y1=1, yref=f"{lane} domain", line=line)
    words = {"text": clock(at), "font": {"size": 12, "color": PAPER}, "showarrow": False}
    box = {"bgcolor": INK, "bordercolor": PAPER, "borderpad": 3}
    figure.add_annotation(x=moment, y=1, yanchor="top", yref=f"{lanes[0]} domain", **words, **box)
