"""`monitor report`: a session as one HTML file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def report(
    session: Annotated[str, typer.Argument(help="Number or name of a session, or `latest`.")] = "latest",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; report-NUMBER.html by default.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or any SQLAlchemy URL.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Write a session's report: one HTML file with shares, interactive timelines, people and stream health."""
    from monitor.report import write_report
    from monitor.settings import load_settings
    from monitor.store import Store

    with Store(load_settings(config, store=store).store) as opened:
        found = opened.session(session)
        path = output or Path(f"report-{found.id}.html")
        write_report(opened, found, path)
    print(f"Report of session {found.id} written to {path}", file=sys.stderr)
