"""The report of a study: one HTML file that needs no network, and its tables as CSV or Parquet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from monitor.errors import MonitorError
from monitor.readout.export import write_file
from monitor.views.html import render, table
from monitor_studies.conclusions import conclusions
from monitor_studies.methods import methods
from monitor_studies.running import Result
from monitor_studies.table_text import as_text

COMPARED = ["label", "first", "second", "difference", "low", "high", "p", "p_holm", "p_fdr", "smallest_difference"]
"""Columns of a comparison that a reader is shown."""
MOST_PLOTS = 4
"""Labels with a plot over the sessions, where the study names none."""


def write_report(result: Result, path: Path) -> None:
    """Write the HTML file. Raises MonitorError where it cannot be written."""
    write_file(path, report_html(result))


def report_html(result: Result) -> Markup:
    """The report as the text of one HTML file."""
    from plotly.offline import get_plotlyjs

    from monitor.views.report import RECOLOUR, STYLE
    from monitor_studies import figures

    plots: list[str] = []

    def place(figure: object) -> int:
        plots.append(figure.to_json().replace("</", "<\\/"))  # type: ignore[attr-defined]
        return len(plots) - 1

    comparisons = [
        {
            "name": name,
            "plot": place(figures.differences(labels)) if len(labels := _labels(rows, result)) else None,
            "table": html_table(rows[COMPARED], result.measures),
        }
        for name, rows in (result.comparisons.groupby("comparison", sort=False) if len(result.comparisons) else [])
    ]
    over_sessions = [
        place(figures.shares_of_sessions(result.shares, result.sessions, label, result.study.events))
        for label in plotted_labels(result)
    ]
    return render(
        "report.html",
        package="monitor_studies",
        study=result.study,
        style=Markup(STYLE),
        plotly=Markup(get_plotlyjs()),
        recolour=Markup(RECOLOUR),
        figures=Markup(",".join(plots)),
        conclusions=conclusions(result.comparisons, result.measures),
        remarks=result.remarks,
        comparisons=comparisons,
        order=html_table(result.order, result.measures) if len(result.order) else "",
        plots=over_sessions,
        shares=html_table(result.shares, result.measures),
        sessions=html_table(result.sessions),
        session_count=len(result.sessions),
        methods=methods(result),
    )


def plotted_labels(result: Result) -> list[str]:
    """Labels that get a plot over sessions: those of the study, else those with the largest shares."""
    means = _labels(result.shares, result).groupby("label", sort=False)["share"].mean()
    return [str(label) for label in (means if result.study.labels else means.nlargest(MOST_PLOTS)).index]


def _labels(rows: pd.DataFrame, result: Result) -> pd.DataFrame:
    """The rows of labels: measures, in units of their own, have no place on an axis of shares."""
    return rows[~rows["label"].isin(result.measures)]


def html_table(rows: pd.DataFrame, measures: Sequence[str] = ()) -> Markup:
    """A table of a result as HTML."""
    shown = as_text(rows, measures)
    return table(list(shown.columns), shown.to_numpy().tolist())


def write_tables(result: Result, folder: Path, format: str) -> list[Path]:
    """Write each table as `NAME.csv` or `NAME.parquet` into a folder; returns the files. Raises MonitorError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MonitorError(f"folder {folder} cannot be made: {error.strerror}") from None
    files = []
    for name, rows in result.tables.items():
        path = folder / f"{name}.{format}"
        write_file(path, rows.to_csv(index=False, lineterminator="\n") if format == "csv" else _parquet(rows))
        files.append(path)
    return files


def _parquet(rows: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    rows.to_parquet(file, index=False)
    return file.getvalue()
