"""Plots of emotion shares, as pure functions of the rows that `monitor.timeline` makes.

This module brings in plotly; whoever needs a figure imports it, the engine never does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from monitor.clock import span
from monitor.colours import colour
from monitor.plot_layout import GREY, laid_out, over_time, times
from monitor.timeline import Lane

STEP = 1e-3
"""Seconds between the edge of an area and the zero beside it, so that an area ends upright."""
SHARE_AXIS = {"range": [0, 1], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1], "fixedrange": True}
LEGEND_LINE, LEGEND_COLUMNS = 19, 3
"""Pixels of a line of a legend, and labels on it in a narrow window."""


def shares_bar(shares: Mapping[str, float], *, height: int | None = None, absence: str = "nobody seen") -> go.Figure:
    """One horizontal bar per label, in the analyzer's order, with its share in per cent; else the words `absence`."""
    if not any(shares.values()):
        return nothing(absence)
    labels = list(shares)
    figure = go.Figure(
        go.Bar(
            x=[shares[label] for label in labels],
            y=labels,
            orientation="h",
            marker={"color": [colour(label) for label in labels], "cornerradius": 4},
            text=[_percent(shares[label]) for label in labels],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y} %{x:.1%}<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, 1.12], visible=False, fixedrange=True)
    figure.update_yaxes(
        automargin=True, autorange="reversed", ticks="", ticksuffix=" ", fixedrange=True, showgrid=False
    )
    return laid_out(figure, height or 40 + 30 * len(labels), bargap=0.3)


def shares_over_time(
    lanes: Sequence[Lane], *, reach: tuple[float, float], gaps: pd.DataFrame | None = None, at: float | None = None
) -> go.Figure:
    """Shares of one or several analyzers, each stacked to one in a lane of its own, the first at the top.

    All lanes hang on one time axis: zooming one zooms all, and hovering reads all at that time. One lane alone is a
    `stacked_area`, whose other arguments these are.
    """
    if len(lanes) == 1:
        return stacked_area(lanes[0].rows, lanes[0].labels, gaps=gaps, reach=reach, at=at)
    figure = go.Figure()
    heights = [110 + 16 * len(lane.labels) for lane in lanes]
    heads = [LEGEND_LINE * (1 + math.ceil(len(lane.labels) / LEGEND_COLUMNS)) + 26 for lane in lanes]
    heads[0] = 0  # plotly makes room for what stands above all
    whole = sum(heads) + sum(heights)
    axes = ["y", *(f"y{number}" for number in range(2, len(lanes) + 1))]
    legends = [f"legend{number}" for number in range(2, len(lanes) + 2)]  # a page's theme would colour only the first
    layout: dict[str, object] = {"hoversubplots": "axis"}
    below = 0  # pixels from the top down to a lane
    for lane, axis, legend, head, height in zip(lanes, axes, legends, heads, heights, strict=True):
        top, bottom = 1 - (below + head) / whole, 1 - (below + head + height) / whole
        below += head + height
        _add_areas(figure, lane.rows, lane.labels, of=lane.title, yaxis=axis, legend=legend)
        layout[legend] = _head(lane, top)
        layout[f"yaxis{axis[1:]}"] = {**SHARE_AXIS, "tickvals": [0, 0.5, 1], "domain": [max(0, bottom), top]}
        if lane.rows.empty:
            words = {"text": lane.absence, "font": {"size": 15, "color": GREY}, "showarrow": False}
            figure.add_annotation(x=0.5, xref="paper", y=0.5, yref=f"{axis} domain", yshift=12, **words)
    spike = {"showspikes": True, "spikesnap": "hovered data", "spikemode": "across", "spikedash": "solid"}
    figure.update_xaxes(anchor=axes[-1], ticklabelstandoff=6, spikethickness=1, spikecolor=GREY, **spike)
    margin = {"t": 2 * LEGEND_LINE + 10, "b": 30}
    return over_time(figure, whole + sum(margin.values()), reach, gaps, at, lanes=axes, margin=margin, **layout)


def stacked_area(
    rows: pd.DataFrame,
    labels: Sequence[str],
    *,
    gaps: pd.DataFrame | None = None,
    reach: tuple[float, float] | None = None,
    at: float | None = None,
) -> go.Figure:
    """Shares over time, stacked to one; empty where nothing was observed.

    `reach` is the stretch of stream time that the axis shows, by default that of `rows`; `gaps` (start_seconds,
    end_seconds, reason) are shaded; the moment `at`, in seconds, is marked.
    """
    if rows.empty:
        return nothing("nothing yet", height=320)
    figure = go.Figure()
    _add_areas(figure, rows, labels)
    figure.update_yaxes(SHARE_AXIS)
    return over_time(figure, 320, reach or _reach(rows), gaps, at)


def emotion_lines(
    rows: pd.DataFrame,
    labels: Sequence[str],
    *,
    gaps: pd.DataFrame | None = None,
    reach: tuple[float, float] | None = None,
    at: float | None = None,
) -> go.Figure:
    """One line per label; broken where the person was not seen. Arguments as for `stacked_area`."""
    if rows.empty:
        return nothing("nothing yet", height=300)
    figure = go.Figure()
    pieces = [[*run, None] for run in runs(rows)]  # None breaks the line
    positions = [number for piece in pieces for number in piece]
    middles = times(None if number is None else _middle(rows, number) for number in positions)
    for label in labels:
        shares = rows[label].tolist()
        figure.add_scatter(
            x=middles,
            y=[None if number is None else shares[number] for number in positions],
            name=label,
            mode="lines+markers" if len(rows) < 60 else "lines",
            line={"width": 2, "color": colour(label)},
            marker={"size": 4},
            hoverinfo="skip",
        )
    _add_hover(figure, rows, labels)
    figure.update_yaxes(SHARE_AXIS, range=[0, 1.02])
    return over_time(figure, 300, reach or _reach(rows), gaps, at)


def people_over_time(
    rows: pd.DataFrame,
    *,
    gaps: pd.DataFrame | None = None,
    reach: tuple[float, float] | None = None,
    at: float | None = None,
) -> go.Figure:
    """How many different people were seen in each row's stretch of time. Arguments as for `stacked_area`."""
    if rows.empty:
        return nothing("nothing yet", height=180)
    middles = [_middle(rows, number) for number in range(len(rows))]
    figure = go.Figure(
        go.Bar(
            x=times(middles),
            y=rows["people"].tolist(),
            width=[1000 * (end - start) for start, end in zip(rows["start_seconds"], rows["end_seconds"], strict=True)],
            marker={"color": GREY, "line": {"width": 0}},
            customdata=[span(a, b) for a, b in zip(rows["start_seconds"], rows["end_seconds"], strict=True)],
            hovertemplate="<b>%{customdata}</b><br>%{y} seen<extra></extra>",
            showlegend=False,
        )
    )
    most = int(rows["people"].max())
    figure.update_yaxes(range=[0, most * 1.1], dtick=math.ceil(most / 4) or 1, tickformat="d", fixedrange=True)
    return over_time(figure, 180, reach or _reach(rows), gaps, at, bargap=0)


def nothing(words: str, *, height: int = 240) -> go.Figure:
    """A figure that says in words why it is empty."""
    figure = go.Figure()
    figure.add_annotation(text=words, showarrow=False, font={"size": 15, "color": GREY}, xref="paper", yref="paper")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return laid_out(figure, height)


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


def _add_areas(figure: go.Figure, rows: pd.DataFrame, labels: Sequence[str], of: str = "", **place: str) -> None:
    """The areas of `rows`, stacked, at the y axis and with the legend that `place` names.

    `of` tells the areas of several lanes apart, so that a refresh finds again which of them the reader has hidden.
    """
    corners = _outline(rows) or [(0.0, None)]  # a point of height zero has an entry in the legend, nothing has none
    middles = times(seconds for seconds, _ in corners)
    for label in labels:
        shares = rows[label].tolist()
        figure.add_scatter(
            x=middles,
            y=[0.0 if number is None else shares[number] for _, number in corners],
            name=label,
            uid=f"{of} {label}",
            stackgroup="shares",
            line={"width": 0, "color": colour(label)},
            fillcolor=colour(label),
            hoverinfo="skip",
            **place,
        )
    _add_hover(figure, rows, labels, **place)


def _head(lane: Lane, top: float) -> dict[str, object]:
    """A legend with the lane's title, that ends at the lane's `top` however many lines it needs."""
    title = {"text": lane.title, "side": "top", "font": {"size": 15}}
    return {"orientation": "h", "x": 0, "y": top, "yanchor": "bottom", "title": title, "traceorder": "normal"}


def _outline(rows: pd.DataFrame) -> list[tuple[float, int | None]]:
    """Corners of the areas: a time, and the position of the row whose shares hold there, or None for zero.

    Areas are flat to both ends of each run, upright there, and zero between runs.
    """
    corners: list[tuple[float, int | None]] = []
    for run in runs(rows):
        start, end = float(rows["start_seconds"].iloc[run[0]]), float(rows["end_seconds"].iloc[run[-1]])
        corners += [(start - STEP, None), (start, run[0])]
        corners += [(_middle(rows, number), number) for number in run]
        corners += [(end, run[-1]), (end + STEP, None)]
    return corners


def _add_hover(figure: go.Figure, rows: pd.DataFrame, labels: Sequence[str], **place: str) -> None:
    """One invisible trace that carries the words of all lines, so that places without data say nothing."""
    words = []
    for row in rows.to_dict("records"):
        ordered = sorted(labels, key=lambda label: -row[label])
        lines = [f'<span style="color:{colour(label)}">■</span> {label} {_percent(row[label])}' for label in ordered]
        people = f" · {row['people']:.0f} subjects" if row["people"] > 1 else ""
        head = f"<b>{span(row['start_seconds'], row['end_seconds'])}</b> · {row['samples']:.0f} samples{people}"
        words.append("<br>".join([head, *lines]))
    figure.add_scatter(
        x=times(_middle(rows, number) for number in range(len(rows))),
        y=[0.5] * len(rows),
        mode="markers",
        marker={"opacity": 0, "size": 1, "color": GREY},
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
        **place,
    )


def _reach(rows: pd.DataFrame) -> tuple[float, float]:
    """The stretch of stream time that rows cover."""
    return float(rows["start_seconds"].iloc[0]), float(rows["end_seconds"].iloc[-1])


def _middle(rows: pd.DataFrame, number: int) -> float:
    return float(rows["start_seconds"].iloc[number] + rows["end_seconds"].iloc[number]) / 2


def _percent(share: float) -> str:
    """A share as it is written everywhere.

    >>> _percent(0.614), _percent(0.004), _percent(0.0)
    ('61 %', '<1 %', '0 %')
    """
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"
