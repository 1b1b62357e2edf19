"""Plots of emotion shares, as pure functions of the rows that `monitor.timeline` makes.

Backgrounds are transparent and greys are translucent, so that a figure sits on a light and on a dark page. This module
brings in plotly; whoever needs a figure imports it, the engine never does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from monitor.clock import span
from monitor.colours import colour

GRID = "rgba(128, 128, 128, 0.22)"
GAP = "rgba(128, 128, 128, 0.18)"
GREY = "#8a9099"
STEP = 1e-3
"""Seconds between the edge of an area and the zero beside it, so that an area ends upright."""
DAY = 86400.0


def shares_bar(shares: Mapping[str, float], *, height: int | None = None) -> go.Figure:
    """One horizontal bar per label, in the analyzer's order, with its share in per cent."""
    if not any(shares.values()):
        return nothing("nobody seen")
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
    return _laid_out(figure, height or 40 + 30 * len(labels), bargap=0.3)


def stacked_area(
    rows: pd.DataFrame,
    labels: Sequence[str],
    *,
    gaps: pd.DataFrame | None = None,
    reach: tuple[float, float] | None = None,
) -> go.Figure:
    """Shares over time, stacked to one; empty where nobody was seen.

    `reach` is the stretch of stream time that the axis shows, by default that of `rows`; `gaps` (start_seconds,
    end_seconds, reason) are shaded.
    """
    if rows.empty:
        return nothing("nothing yet", height=320)
    figure = go.Figure()
    corners = _outline(rows)
    times = _time(seconds for seconds, _ in corners)
    for label in labels:
        shares = rows[label].tolist()
        figure.add_scatter(
            x=times,
            y=[0.0 if number is None else shares[number] for _, number in corners],
            name=label,
            stackgroup="shares",
            line={"width": 0, "color": colour(label)},
            fillcolor=colour(label),
            hoverinfo="skip",
        )
    _add_hover(figure, rows, labels)
    figure.update_yaxes(range=[0, 1], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1], fixedrange=True)
    return _timeline(figure, rows, gaps, reach, height=320)


def emotion_lines(
    rows: pd.DataFrame,
    labels: Sequence[str],
    *,
    gaps: pd.DataFrame | None = None,
    reach: tuple[float, float] | None = None,
) -> go.Figure:
    """One line per label; broken where the person was not seen. Arguments as for `stacked_area`."""
    if rows.empty:
        return nothing("nothing yet", height=300)
    figure = go.Figure()
    pieces = [[*run, None] for run in runs(rows)]  # None breaks the line
    positions = [number for piece in pieces for number in piece]
    times = _time(None if number is None else _middle(rows, number) for number in positions)
    for label in labels:
        shares = rows[label].tolist()
        figure.add_scatter(
            x=times,
            y=[None if number is None else shares[number] for number in positions],
            name=label,
            mode="lines+markers" if len(rows) < 60 else "lines",
            line={"width": 2, "color": colour(label)},
            marker={"size": 4},
            hoverinfo="skip",
        )
    _add_hover(figure, rows, labels)
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1], fixedrange=True)
    return _timeline(figure, rows, gaps, reach, height=300)


def people_over_time(
    rows: pd.DataFrame, *, gaps: pd.DataFrame | None = None, reach: tuple[float, float] | None = None
) -> go.Figure:
    """How many different people were seen in each row's stretch of time."""
    if rows.empty:
        return nothing("nothing yet", height=180)
    middles = [_middle(rows, number) for number in range(len(rows))]
    figure = go.Figure(
        go.Bar(
            x=_time(middles),
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
    figure.update_layout(bargap=0)
    return _timeline(figure, rows, gaps, reach, height=180)


def nothing(words: str, *, height: int = 240) -> go.Figure:
    """A figure that says in words why it is empty."""
    figure = go.Figure()
    figure.add_annotation(text=words, showarrow=False, font={"size": 15, "color": GREY}, xref="paper", yref="paper")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return _laid_out(figure, height)


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


def _add_hover(figure: go.Figure, rows: pd.DataFrame, labels: Sequence[str]) -> None:
    """One invisible trace that carries the words of all lines, so that places without data say nothing."""
    words = []
    for row in rows.to_dict("records"):
        ordered = sorted(labels, key=lambda label: -row[label])
        lines = [f'<span style="color:{colour(label)}">■</span> {label} {_percent(row[label])}' for label in ordered]
        people = f" · {row['people']:.0f} subjects" if row["people"] > 1 else ""
        head = f"<b>{span(row['start_seconds'], row['end_seconds'])}</b> · {row['samples']:.0f} samples{people}"
        words.append("<br>".join([head, *lines]))
    figure.add_scatter(
        x=_time(_middle(rows, number) for number in range(len(rows))),
        y=[0.5] * len(rows),
        mode="markers",
        marker={"opacity": 0, "size": 1, "color": GREY},
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )


def _timeline(
    figure: go.Figure,
    rows: pd.DataFrame,
    gaps: pd.DataFrame | None,
    reach: tuple[float, float] | None,
    height: int,
) -> go.Figure:
    """Give a plot over stream time its axis and its gaps."""
    start, end = reach or (float(rows["start_seconds"].iloc[0]), float(rows["end_seconds"].iloc[-1]))
    for gap in [] if gaps is None else gaps.to_dict("records"):
        if gap["end_seconds"] > start and gap["start_seconds"] < end:
            left, right = _time([max(start, gap["start_seconds"]), min(end, gap["end_seconds"])])
            figure.add_vrect(
                x0=left,
                x1=right,
                fillcolor=GAP,
                line={"width": 1, "color": GREY, "dash": "dot"},
                layer="above",
                annotation={"text": "gap", "font": {"size": 11, "color": GREY}, "hovertext": str(gap["reason"])},
                annotation_position="top left",
            )
    coarse = "%M:%S" if end < 3600 else "%-H:%M:%S" if end < DAY else "day %-j, %H:%M"
    figure.update_xaxes(
        type="date",
        range=_time([start, end]),
        tickformatstops=[
            {"dtickrange": [None, 1000], "value": "%M:%S.%L"},
            {"dtickrange": [1000, None], "value": coarse},
        ],
        showgrid=False,
        title=None,
    )
    margin = {"l": 52, "r": 12, "t": 30, "b": 8}  # the same for all, so that plots below each other line up in time
    return _laid_out(figure, height, hovermode="x", margin=margin)


def _laid_out(figure: go.Figure, height: int, margin: dict[str, int] | None = None, **layout: object) -> go.Figure:
    figure.update_layout(
        height=height,
        margin=margin or {"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        legend={"orientation": "h", "yanchor": "top", "y": -0.12, "x": 0, "title": None, "traceorder": "normal"},
        uirevision="kept",  # a refresh keeps the reader's zoom and hidden labels
        hoverlabel={"align": "left"},
        **layout,
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure


def _time(seconds: Iterable[float | None]) -> list[str | None]:
    """Seconds of stream time on plotly's date axis, whose day 1 is the first of January 1970 there."""
    return [None if second is None else str(np.datetime64(round(second * 1000), "ms")) for second in seconds]


def _middle(rows: pd.DataFrame, number: int) -> float:
    return float(rows["start_seconds"].iloc[number] + rows["end_seconds"].iloc[number]) / 2


def _percent(share: float) -> str:
    """A share as it is written everywhere.

    >>> _percent(0.614), _percent(0.004), _percent(0.0)
    ('61 %', '<1 %', '0 %')
    """
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"
