"""`monitor report`: a session as one HTML file."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.shown_options import AllSamples, Calibrate, HalfLife, given


def report(
    session: Annotated[str, typer.Argument(help="Number or name of a session, or `latest`.")] = "latest",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; report-NUMBER.html by default.")
    ] = None,
    light: Annotated[
        bool, typer.Option("--light", help="Put plotly.js into a file beside it: 0.1 MB instead of 5, in two files.")
    ] = False,
    half_life: HalfLife = None,
    calibrate: Calibrate = None,
    all_samples: AllSamples = None,
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or any SQLAlchemy URL.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Write a session's report: one HTML file with shares, interactive timelines, people and stream health.

    It is smoothed and calibrated as the session was recorded, unless --half-life or --calibrate say otherwise.
    """
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.views.report import write_report

    shown = given(half_life, calibrate, all_samples)
    with Store(load_settings(config, store=store, shown=shown).store) as opened:
        found = replace(opened.session(session), **shown)
        path = output or Path(f"report-{found.id}.html")
        script = write_report(opened, found, path, light=light)
    beside = f"; pass it on together with {script}, which draws its plots" if script else ""
    print(f"Report of session {found.id} written to {path}{beside}", file=sys.stderr)
