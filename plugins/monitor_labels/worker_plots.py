"""Plots of workers and of their confusions, for the page and for a file of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.views.plot_layout import laid_out

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

TRUSTED, DOUBTED = "#2fa7a0", "#c62a05"


def workers_figure(workers: pd.DataFrame) -> go.Figure:
    """Each worker of `worker_table` as a point: how many answers, and how much they agree with the others'."""
    points = []
    for name, rows, colour in (
        ("no doubt", workers[workers["doubts"] == ""], TRUSTED),
        ("in doubt", workers[workers["doubts"] != ""], DOUBTED),
    ):
        words = [
            f"{row['worker']}: {row['answers']} answers, kappa {row['kappa']:.2f}<br>{row['doubts']}"
            for row in rows.to_dict("records")
        ]
        points.append(
            {
                "type": "scatter",
                "x": rows["answers"],
                "y": rows["kappa"],
                "mode": "markers",
                "name": f"{name} ({len(rows)})",
                "marker": {"color": colour, "size": 9},
                "text": words,
                "hoverinfo": "text",
            }
        )
    return laid_out(
        points,
        340,
        legend={"orientation": "h", "y": 1.1},
        xaxis={"title": {"text": "answers"}, "rangemode": "tozero"},
        yaxis={"title": {"text": "agreement with the others (kappa)"}},
    )


def times_figure(workers: pd.DataFrame) -> go.Figure:
    """How many workers usually take how long for an answer."""
    bars = {"type": "histogram", "x": workers["seconds"].dropna(), "nbinsx": 30, "marker": {"color": TRUSTED}}
    return laid_out(
        [bars],
        260,
        bargap=0.05,
        xaxis={"title": {"text": "median seconds per answer"}, "rangemode": "tozero"},
        yaxis={"title": {"text": "workers"}},
    )


def confusion_figure(confusions: pd.DataFrame, labels: tuple[str, ...], worker: str) -> go.Figure:
    """What a worker answers (columns) where a label is true (rows), in per cent; empty rows: never met."""
    own = confusions[confusions["worker"] == worker]
    table = own.pivot(index="truth", columns="answer", values="probability").reindex(index=labels, columns=labels)
    table = table.fillna(0).where(table.notna().any(axis=1))
    cells = {
        "type": "heatmap",
        "z": 100 * table.to_numpy(),
        "x": list(labels),
        "y": list(labels),
        "zmin": 0,
        "zmax": 100,
        "colorscale": "Teal",
        "texttemplate": "%{z:.0f}",
        "hovertemplate": "true %{y}, answered %{x}: %{z:.1f} %<extra></extra>",
    }
    rows = {"title": {"text": "probably true"}, "autorange": "reversed"}
    return laid_out([cells], 420, xaxis={"title": {"text": "answer"}}, yaxis=rows)


def workers_html(workers: pd.DataFrame) -> str:
    """One HTML file with the plots of `workers`; it needs no network."""
    plots = [
        workers_figure(workers).to_html(full_html=False, include_plotlyjs=True),
        times_figure(workers).to_html(full_html=False, include_plotlyjs=False),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Workers</title></head>'
        f"<body style='font-family: sans-serif'><h1>Workers</h1>{''.join(plots)}</body></html>\n"
    )
