"""Plots of studies, as pure functions of the tables of a result. This module brings in plotly."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from monitor.views.colours import colour
from monitor.views.plot_layout import GREY, laid_out
from monitor_studies.study_file import OutsideEvent


def differences(rows: pd.DataFrame) -> go.Figure:
    """One line per label of a comparison: the difference and its interval; zero is marked."""
    labels = rows["label"].tolist()
    points = {
        "type": "scatter",
        "x": rows["difference"],
        "y": labels,
        "mode": "markers",
        "marker": {"size": 9, "color": [colour(label) for label in labels]},
        "error_x": _interval(rows, "difference"),
        "customdata": rows[["low", "high", "p"]],
        "hovertemplate": "%{y} %{x:+.2%}<br>%{customdata[0]:+.2%} to %{customdata[1]:+.2%}, "
        "p = %{customdata[2]:.3f}<extra></extra>",
        "showlegend": False,
    }
    return laid_out(
        [points],
        90 + 34 * len(labels),
        shapes=[_line_at(0, width=1, dash="dot")],
        xaxis={"tickformat": "+.1%", "title": {"text": "difference of shares"}},
        yaxis={"autorange": "reversed", "automargin": True},
    )


def shares_of_sessions(
    shares: pd.DataFrame, sessions: pd.DataFrame, label: str, events: Sequence[OutsideEvent] = ()
) -> go.Figure:
    """The share of one label in each session with its interval: over dates where there are any, else side by side."""
    rows = shares[shares["label"] == label].merge(sessions[["session", "name", "group", "date"]], on="session")
    dated = rows["date"].ne("").all()
    rows = rows.sort_values("date" if dated else "session")
    marks = ("circle", "square", "diamond", "triangle-up", "cross", "x")
    points = [
        {
            "type": "scatter",
            "x": own["date"] if dated else [f"{row.name} ({row.session})" for row in own.itertuples()],
            "y": own["share"],
            "name": str(group) or "all",
            "mode": "markers",
            "marker": {"size": 10, "color": colour(label), "symbol": marks[number % len(marks)]},
            "error_y": _interval(own, "share"),
            "customdata": own[["name", "low", "high"]],
            "hovertemplate": "%{customdata[0]}: %{y:.2%}<br>"
            "%{customdata[1]:.2%} to %{customdata[2]:.2%}<extra></extra>",
        }
        for number, (group, own) in enumerate(rows.groupby("group", sort=False))
    ]
    dates = {event.date.isoformat(): event.name for event in events} if dated else {}
    look = {"y": 1, "yref": "paper", "showarrow": False, "font": {"color": GREY}, "xanchor": "left"}
    return laid_out(
        points,
        320,
        {"l": 8, "r": 8, "t": 40, "b": 8},
        shapes=[_line_at(date, width=2, dash="dash") for date in dates],
        annotations=[{"x": date, "text": name, **look} for date, name in dates.items()],
        legend={"orientation": "h", "y": 1.12, "x": 0},
        yaxis={
            "tickformat": ".1%",
            "title": {"text": f"share of {label}"},
            "rangemode": "tozero",
            "automargin": True,
        },
    )


def _line_at(x: float | str, *, width: int, dash: str) -> dict[str, object]:
    """An upright line over the whole plot."""
    line = {"color": GREY, "width": width, "dash": dash}
    return {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": line}


def _interval(rows: pd.DataFrame, name: str) -> dict[str, object]:
    """The columns `low` and `high` as error bars about the column `name`."""
    ends = {"array": rows["high"] - rows[name], "arrayminus": rows[name] - rows["low"]}
    return {"type": "data", "symmetric": False, "color": GREY, **ends}
