"""How plots look, whatever they show: the grounds they sit on, and the time axis with its gaps and its mark.

Backgrounds are transparent and greys are translucent, so that a figure sits on a light and on a dark page.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from markupsafe import escape

from monitor.store.events import EXCLUDE, Event
from monitor.views.clock import clock

GRID = "rgba(128, 128, 128, 0.22)"
GAP = "rgba(128, 128, 128, 0.18)"
DOUBTFUL = "rgba(128, 128, 128, 0.45)"
GREY = "#8a9099"
CUT = 0.03
"""Length of the line that marks a cut, as a fraction of a lane's height."""
INK, PAPER = "#14171d", "#ffffff"
LABEL = "rgba(255, 255, 255, 0.75)"
"""Ground of labels of events and gaps, which is light on every page, as the areas behind them have every colour."""
ON_LABEL: dict[str, Any] = {"font": {"size": 11, "color": INK}, "bgcolor": LABEL}
DAY = 86400.0
LATE = 0.85
"""From this part of a plot on, words end where they else would begin."""
MOST_EVENTS = 40
"""More would hide the plot; their tiers show them."""
LEFT, RIGHT = 52, 12
"""Pixels beside every plot over stream time: the same for all, so that plots below each other line up in time."""
ABOVE_AND_BELOW = {"t": 30, "b": 8}
LEGEND = {"orientation": "h", "yanchor": "top", "y": -0.12, "x": 0, "traceorder": "normal"}
"""Below the plot."""


def laid_out(
    traces: Iterable[Mapping[str, Any]], height: int, margin: Mapping[str, int] | None = None, **layout: Any
) -> go.Figure:
    """A figure of `traces`, `height` pixels high, with grounds and grid that fit every page.

    It is made at once, of plain values: plotly checks and copies everything again with each later change. Without a
    `margin`, words beside the axes make room for themselves.
    """
    axes = {name: layout.get(name, {}) for name in ("xaxis", "yaxis", *layout) if name[1:].startswith("axis")}
    settled = {name: {"gridcolor": GRID, "zeroline": False, **axis} for name, axis in axes.items()}
    settled["xaxis"] = {"automargin": True, **settled["xaxis"]}
    settled["yaxis"] = {"automargin": margin is None, **settled["yaxis"]}
    grounds = {
        "height": height,
        "margin": margin or {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "uirevision": "kept",  # a refresh keeps the reader's zoom and hidden labels
        "hoverlabel": {"align": "left"},
    }
    return go.Figure(list(traces), grounds | layout | settled)


def over_time(
    traces: Iterable[Mapping[str, Any]],
    height: int,
    reach: tuple[float, float],
    gaps: pd.DataFrame | None,
    at: float | None,
    cuts: Sequence[float] = (),
    *,
    events: Sequence[Event] = (),
    lanes: Sequence[str] = ("y",),
    margin: Mapping[str, int] = ABOVE_AND_BELOW,
    shapes: Iterable[Mapping[str, Any]] = (),
    annotations: Iterable[Mapping[str, Any]] = (),
    xaxis: Mapping[str, Any] | None = None,
    **layout: Any,
) -> go.Figure:
    """A figure of `traces` with an axis of stream time from `reach[0]` to `reach[1]` seconds, its gaps, its marked
    moment and its cuts between shots.

    Of `events`, what people and other programs marked is drawn where it is no more than MOST_EVENTS.
    `lanes` are the y axes, the topmost first, of a figure whose lanes share the time axis.
    """
    start, end = reach
    marks = _Marks(lanes, reach, list(shapes), list(annotations))
    for gap in [] if gaps is None else gaps.to_dict("records"):
        if gap["end_seconds"] > start and gap["start_seconds"] < end:
            marks.add_gap(max(start, gap["start_seconds"]), min(end, gap["end_seconds"]), gap)
    if cuts:
        marks.add_cuts(cuts)
    marked = [each for each in events if each.author != "machine" and each.kind != EXCLUDE]
    marked = [each for each in marked if each.last_seconds >= start and each.start_seconds <= end]
    for event in marked if len(marked) <= MOST_EVENTS else []:
        marks.add_event(event)
    if at is not None and start <= at <= end:
        marks.add_moment(at)
    coarse = "%-M:%S" if end < 3600 else "%-H:%M:%S" if end < DAY else "day %-j, %H:%M"
    time_axis = {
        "type": "date",
        "range": times([start, end]),
        "tickformatstops": [
            {"dtickrange": [None, 99], "value": "%-M:%S.%3f"},
            {"dtickrange": [100, 999], "value": "%-M:%S.%1f"},
            {"dtickrange": [1000, None], "value": coarse},
        ],
        "hoverformat": coarse,
        "showgrid": False,
        "ticklabelstandoff": 6,
    }
    return laid_out(
        traces,
        height,
        {"l": LEFT, "r": RIGHT, **margin},
        **{"hovermode": "x", "legend": LEGEND} | layout,
        xaxis=time_axis | dict(xaxis or {}),
        shapes=marks.shapes,
        annotations=marks.annotations,
    )


def veils(stretches: Iterable[tuple[float, float]], lane: str) -> list[dict[str, Any]]:
    """Shapes that veil stretches of one lane in which the shares are to be doubted, without hiding them."""
    ends = [times(stretch) for stretch in stretches]
    veil = {"y0": 0, "y1": 1, "yref": f"{lane} domain", "fillcolor": DOUBTFUL, "line": {"width": 0}, "name": "doubtful"}
    return [{"x0": left, "x1": right, **veil} for left, right in ends]


def times(seconds: Iterable[float | None]) -> list[str | None]:
    """Seconds of stream time on plotly's date axis, whose day 1 is the first of January 1970 there."""
    known = list(seconds)
    milliseconds = np.rint(np.array([np.nan if each is None else each for each in known], np.float64) * 1000)
    moments = np.datetime_as_string(np.nan_to_num(milliseconds).astype("datetime64[ms]"))
    return [None if each is None else str(moment) for each, moment in zip(known, moments, strict=True)]


@dataclass
class _Marks:
    """What is drawn over the lanes of a plot, as plotly's shapes and annotations."""

    lanes: Sequence[str]
    reach: tuple[float, float]
    """Start and end of the plot, in seconds."""
    shapes: list[Mapping[str, Any]]
    annotations: list[Mapping[str, Any]]

    def add_gap(self, start: float, end: float, gap: Mapping[Hashable, Any]) -> None:
        """Shade a stretch in all lanes and name it in the first."""
        left, right = times([start, end])
        edge = {"width": 1, "color": GREY, "dash": "dot"}
        self._add_shape(x0=left, x1=right, y0=0, y1=1, fillcolor=GAP, line=edge)
        self._add_words(gap.get("what", "gap"), start, hovertext=str(gap["reason"]), **ON_LABEL)

    def add_cuts(self, cuts: Sequence[float]) -> None:
        """Short lines above all lanes, as one shape each: a film has thousands."""
        moments = [moment.replace("T", "_") for moment in times(cuts) if moment]  # T is a command of paths
        path = " ".join(f"M{moment},1L{moment},{1 + CUT}" for moment in moments)
        self._add_shape(type="path", path=path, name="cuts", line={"width": 1, "color": GREY})

    def add_event(self, event: Event) -> None:
        """A line at a moment, or at both ends of an interval, in all lanes, and its label in the first."""
        moments = times([event.start_seconds, event.last_seconds])
        for at in dict.fromkeys(moments):
            line = {"width": 1.5, "color": event.colour or GREY, "dash": "dash"}
            self._add_shape(x0=at, x1=at, y0=0, y1=1, line=line)
        self._add_words(escape(event.label), max(self.reach[0], event.start_seconds), **ON_LABEL)

    def add_moment(self, at: float) -> None:
        """A line in all lanes and its time beside it in the first; dark with a light rim, to stand out from every
        colour and page."""
        (moment,) = times([at])
        for width, ink in ((5, PAPER), (2, INK)):
            self._add_shape(x0=moment, x1=moment, y0=0, y1=1, line={"width": width, "color": ink})
        box = {"bgcolor": INK, "bordercolor": PAPER, "borderpad": 3, "font": {"size": 12, "color": PAPER}}
        self._add_words(clock(at), at, turns=1 - LATE, away=6, **box)  # a playing video goes away from it

    def _add_shape(self, **shape: Any) -> None:
        self.shapes += [{**shape, "yref": f"{lane} domain"} for lane in self.lanes]

    def _add_words(self, text: str, at: float, *, turns: float = LATE, away: int = 0, **look: Any) -> None:
        """Words in the first lane, so many pixels `away` from a moment: behind it, and from the part of the plot where
        that `turns` on before it, as the end of the plot would cut them off."""
        start, end = self.reach
        (moment,) = times([at])
        is_before = at - start > turns * (end - start)
        side = {"xanchor": "right", "xshift": -away} if is_before else {"xanchor": "left", "xshift": away}
        place = {"x": moment, "y": 1, "yanchor": "top", "yref": f"{self.lanes[0]} domain"}
        self.annotations.append({"text": text, **place, **side, "showarrow": False, **look})
