"""Plots of emotion shares, as pure functions of the rows that `monitor.readout.timeline` makes.

This module brings in plotly; whoever needs a figure imports it, the engine never does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup

from monitor.readout.timeline import Lane
from monitor.store.events import Event
from monitor.views.clock import window
from monitor.views.colours import colour
from monitor.views.counts import samples_in_words
from monitor.views.plot_layout import GREY, laid_out, over_time, times, veils

STEP = 1e-3
"""Seconds between the edge of an area and the zero beside it, so that an area ends upright."""
QUARTERS = {"tickvals": [0, 0.25, 0.5, 0.75, 1], "ticktext": ["0 %", "25 %", "50 %", "75 %", "100 %"]}
HALVES = {"tickvals": [0, 0.5, 1], "ticktext": ["0 %", "50 %", "100 %"]}
SHARE_AXIS = {"range": [0, 1], "fixedrange": True, **QUARTERS}
LABEL = Markup('<span style="color:{}">■</span> {}')
"""A label in what a reader is told who points at a plot."""
LEGEND_LINE = 19
"""Pixels of a line of a legend."""


def shares_bar(shares: Mapping[str, float], *, height: int | None = None, absence: str = "nobody seen") -> go.Figure:
    """One horizontal bar per label, in the analyzer's order, with its share in per cent; else the words `absence`."""
    if not any(shares.values()):
        return nothing(absence)
    labels = list(shares)
    bars = {
        "type": "bar",
        "x": [shares[label] for label in labels],
        "y": labels,
        "orientation": "h",
        "marker": {"color": [colour(label) for label in labels], "cornerradius": 4},
        "text": [_percent(shares[label]) for label in labels],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y} %{x:.1%}<extra></extra>",
    }
    names = {"automargin": True, "autorange": "reversed", "ticks": "", "ticksuffix": " ", "showgrid": False}
    return laid_out(
        [bars],
        height or 40 + 30 * len(labels),
        bargap=0.3,
        xaxis={"range": [0, 1.3], "visible": False, "fixedrange": True},
        yaxis=names | {"fixedrange": True},
    )


def shares_over_time(
    lanes: Sequence[Lane],
    *,
    reach: tuple[float, float],
    gaps: pd.DataFrame | None = None,
    at: float | None = None,
    cuts: Sequence[float] = (),
    events: Sequence[Event] = (),
) -> go.Figure:
    """Shares of one or several analyzers, each stacked to one in a lane of its own, the first at the top.

    All lanes hang on one time axis: zooming one zooms all, and hovering reads all at that time. One lane alone is a
    `stacked_area`, whose other arguments these are.
    """
    if len(lanes) == 1:
        only = lanes[0]
        look: dict[str, Any] = {"gaps": gaps, "reach": reach, "at": at, "cuts": cuts, "events": events}
        return stacked_area(only.rows, only.labels, doubtful=only.doubtful, **look)
    heights = [110 + 16 * len(lane.labels) for lane in lanes]
    heads = [_head_height(lane.labels) for lane in lanes]
    heads[0] = 0  # plotly makes room for what stands above all
    whole = sum(heads) + sum(heights)
    axes = ["y", *(f"y{number}" for number in range(2, len(lanes) + 1))]
    legends = [f"legend{number}" for number in range(2, len(lanes) + 2)]  # a page's theme would colour only the first
    layout: dict[str, Any] = {"hoversubplots": "axis"}
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    absences: list[dict[str, Any]] = []
    below = 0  # pixels from the top down to a lane
    for lane, axis, legend, head, height in zip(lanes, axes, legends, heads, heights, strict=True):
        top, bottom = 1 - (below + head) / whole, 1 - (below + head + height) / whole
        below += head + height
        traces += _areas(lane.rows, lane.labels, of=lane.title, yaxis=axis, legend=legend)
        layout[legend] = _head(lane, top)
        layout[f"yaxis{axis[1:]}"] = {**SHARE_AXIS, **HALVES, "domain": [max(0, bottom), top]}
        shapes += veils(lane.doubtful, axis)
        if lane.rows.empty:
            words = {"text": lane.absence, "font": {"size": 15, "color": GREY}, "showarrow": False}
            absences.append({"x": 0.5, "xref": "paper", "y": 0.5, "yref": f"{axis} domain", "yshift": 12, **words})
    spike = {"showspikes": True, "spikesnap": "hovered data", "spikemode": "across", "spikedash": "solid"}
    time_axis = {"anchor": axes[-1], "spikethickness": 1, "spikecolor": GREY, **spike}
    margin = {"t": 2 * LEGEND_LINE + 10, "b": 30}
    return over_time(
        traces,
        whole + sum(margin.values()),
        reach,
        gaps,
        at,
        cuts,
        events=events,
        lanes=axes,
        margin=margin,
        shapes=shapes,
        annotations=absences,
        xaxis=time_axis,
        **layout,
    )


def stacked_area(
    rows: pd.DataFrame,
    labels: Sequence[str],
    *,
    gaps: pd.DataFrame | None = None,
    reach: tuple[float, float] | None = None,
    at: float | None = None,
    cuts: Sequence[float] = (),
    events: Sequence[Event] = (),
    doubtful: Sequence[tuple[float, float]] = (),
) -> go.Figure:
    """Shares over time, stacked to one; empty where nothing was observed.

    `reach` is the stretch of stream time that the axis shows, by default that of `rows`; `gaps` (start_seconds,
    end_seconds, reason and, where they are something else, what) are shaded; the moment `at`, in seconds, `events` and
    the `cuts` between shots are marked; `doubtful` stretches are veiled.
    """
    if rows.empty:
        return nothing("nothing yet", height=320)
    look: dict[str, Any] = {"events": events, "shapes": veils(doubtful, "y"), "yaxis": SHARE_AXIS}
    return over_time(_areas(rows, labels), 320, reach or _reach(rows), gaps, at, cuts, **look)


def emotion_lines(
    rows: pd.DataFrame,
    labels: Sequence[str],
    *,
    gaps: pd.DataFrame | None = None,
    reach: tuple[float, float] | None = None,
    at: float | None = None,
    cuts: Sequence[float] = (),
) -> go.Figure:
    """One line per label; broken where the person was not seen. Arguments as for `stacked_area`."""
    if rows.empty:
        return nothing("nothing yet", height=300)
    pieces = [[*run, None] for run in runs(rows)]  # None breaks the line
    positions = [number for piece in pieces for number in piece]
    middles = _middles(rows)
    moments = times(None if number is None else middles[number] for number in positions)
    lines = [
        {
            "type": "scatter",
            "x": moments,
            "y": [None if number is None else shares[number] for number in positions],
            "name": label,
            "mode": "lines+markers" if len(rows) < 60 else "lines",
            "line": {"width": 2, "color": colour(label)},
            "marker": {"size": 4},
            "hoverinfo": "skip",
        }
        for label, shares in ((label, rows[label].tolist()) for label in labels)
    ]
    shares_axis = {**SHARE_AXIS, "range": [0, 1.02]}
    return over_time([*lines, _hover(rows, labels)], 300, reach or _reach(rows), gaps, at, cuts, yaxis=shares_axis)


def people_over_time(
    rows: pd.DataFrame,
    *,
    gaps: pd.DataFrame | None = None,
    reach: tuple[float, float] | None = None,
    at: float | None = None,
    cuts: Sequence[float] = (),
) -> go.Figure:
    """How many different people were seen in each row's stretch of time. Arguments as for `stacked_area`."""
    if rows.empty:
        return nothing("nothing yet", height=180)
    bars = {
        "type": "bar",
        "x": times(_middles(rows)),
        "y": rows["people"].tolist(),
        "width": (1000 * (rows["end_seconds"] - rows["start_seconds"])).tolist(),
        "marker": {"color": GREY, "line": {"width": 0}},
        "customdata": [window(a, b) for a, b in zip(rows["start_seconds"], rows["end_seconds"], strict=True)],
        "hovertemplate": "<b>%{customdata}</b><br>%{y} seen<extra></extra>",
        "showlegend": False,
    }
    most = int(rows["people"].max())
    count = {"range": [0, most * 1.1], "dtick": math.ceil(most / 4) or 1, "tickformat": "d", "fixedrange": True}
    return over_time([bars], 180, reach or _reach(rows), gaps, at, cuts, bargap=0, yaxis=count)


def nothing(words: str, *, height: int = 240) -> go.Figure:
    """A figure that says in words why it is empty."""
    said = {"text": words, "showarrow": False, "font": {"size": 15, "color": GREY}, "xref": "paper", "yref": "paper"}
    hidden: dict[str, Any] = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
    return laid_out([], height, annotations=[said], **hidden)


def runs(rows: pd.DataFrame) -> Iterator[list[int]]:
    """Positions of rows that follow each other without a hole in time."""
    run: list[int] = []
    end = 0.0
    for number, (start, stop) in enumerate(zip(rows["start_seconds"], rows["end_seconds"], strict=True)):
        if run and start - end > 1e-6 * (stop - start):
            yield run
            run = []
        run.append(number)
        end = stop
    if run:
        yield run


def _areas(rows: pd.DataFrame, labels: Sequence[str], of: str = "", **place: str) -> list[dict[str, Any]]:
    """The areas of `rows`, stacked, at the y axis and with the legend that `place` names, and what pointing at them
    tells.

    `of` tells the areas of several lanes apart, so that a refresh finds again which of them the reader has hidden.
    """
    corners = _outline(rows) or [(0.0, None)]  # a point of height zero has an entry in the legend, nothing has none
    middles = times(seconds for seconds, _ in corners)
    areas = [
        {
            "type": "scatter",
            "x": middles,
            "y": [0.0 if number is None else shares[number] for _, number in corners],
            "name": label,
            "uid": f"{of} {label}",
            "stackgroup": "shares",
            "line": {"width": 0, "color": colour(label)},
            "fillcolor": colour(label),
            "hoverinfo": "skip",
            **place,
        }
        for label, shares in ((label, rows[label].tolist()) for label in labels)
    ]
    return [*areas, _hover(rows, labels, **place)]


def _head_height(labels: Sequence[str]) -> int:
    """Pixels of a lane's title and legend in a narrow window, where plotly makes the columns of a legend as wide as its
    longest label."""
    columns = 3 if max(map(len, labels), default=0) < 10 else 2
    return LEGEND_LINE * (1 + math.ceil(len(labels) / columns)) + 26


def _head(lane: Lane, top: float) -> dict[str, object]:
    """A legend with the lane's title, that ends at the lane's `top` however many lines it needs."""
    title = {"text": lane.title, "side": "top", "font": {"size": 15}}
    return {"orientation": "h", "x": 0, "y": top, "yanchor": "bottom", "title": title, "traceorder": "normal"}


def _outline(rows: pd.DataFrame) -> list[tuple[float, int | None]]:
    """Corners of the areas: a time, and the position of the row whose shares hold there, or None for zero.

    Areas are flat to both ends of each run, upright there, and zero between runs.
    """
    corners: list[tuple[float, int | None]] = []
    starts, ends, middles = rows["start_seconds"].tolist(), rows["end_seconds"].tolist(), _middles(rows)
    for run in runs(rows):
        start, end = starts[run[0]], ends[run[-1]]
        corners += [(start - STEP, None), (start, run[0])]
        corners += [(middles[number], number) for number in run]
        corners += [(end, run[-1]), (end + STEP, None)]
    return corners


def _hover(rows: pd.DataFrame, labels: Sequence[str], **place: str) -> dict[str, Any]:
    """One invisible trace that carries the words of all lines, so that places without data say nothing."""
    words = []
    names = {label: LABEL.format(colour(label), label) for label in labels}
    for row in rows.to_dict("records"):
        ordered = sorted(labels, key=lambda label: -row[label])
        people = f" · {row['people']:.0f} subjects" if row["people"] > 1 else ""
        seen = samples_in_words(int(row["samples"]), int(row["counted"]))
        head = f"<b>{window(row['start_seconds'], row['end_seconds'])}</b> · {seen}{people}"
        words.append("<br>".join([head, *(f"{names[label]} {_percent(row[label])}" for label in ordered)]))
    return {
        "type": "scatter",
        "x": times(_middles(rows)),
        "y": [0.5] * len(rows),
        "mode": "markers",
        "marker": {"opacity": 0, "size": 1, "color": GREY},
        "customdata": words,
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": False,
        **place,
    }


def _reach(rows: pd.DataFrame) -> tuple[float, float]:
    """The stretch of stream time that rows cover."""
    return float(rows["start_seconds"].iloc[0]), float(rows["end_seconds"].iloc[-1])


def _middles(rows: pd.DataFrame) -> list[float]:
    """Middle of each row's stretch of time, in seconds."""
    middles: list[float] = ((rows["start_seconds"] + rows["end_seconds"]) / 2).tolist()
    return middles


def _percent(share: float) -> str:
    """A share as it is written everywhere.

    >>> _percent(0.614), _percent(0.004), _percent(0.0)
    ('61 %', '<1 %', '0 %')
    """
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"
