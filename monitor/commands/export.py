"""`monitor export`: a session as tables for other programs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from monitor.commands.shown_options import AllSamples, Calibrate, HalfLife, given
from monitor.errors import ConfigError

Kind = Literal["csv", "parquet", "json"]


def export(
    session: Annotated[str, typer.Argument(help="Number or name of a session, or `latest`.")] = "latest",
    kind: Annotated[Kind, typer.Option("--format", help="Kind of file.")] = "csv",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="File to write the observations to; csv and parquet write the windows beside it, as NAME.windows.csv, "
            "and what was marked. "
            "Without it, csv prints the observations and json everything.",
        ),
    ] = None,
    half_life: HalfLife = None,
    calibrate: Calibrate = None,
    all_samples: AllSamples = None,
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or any SQLAlchemy URL.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Export a session: raw observations, one row per sample and subject, and share windows.

    Where the session was recorded with --half-life or --calibrate, or these are given here, further columns
    shown_LABEL hold the adjusted values.
    """
    from monitor.readout import export as exporting
    from monitor.readout.export_chunks import observation_chunks
    from monitor.readout.marked import exclusion
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.events import events

    ending = "" if output is None else output.suffix.lower().removeprefix(".")
    if ending in get_args(Kind) and ending != kind:
        raise ConfigError(f"{output} would hold {kind}; give --format {ending}, or a name that ends in .{kind}")
    if kind == "parquet" and output is None:
        raise ConfigError("parquet is not text: name the file to write, as in -o session.parquet")
    shown = given(half_life, calibrate, all_samples)
    with Store(load_settings(config, store=store, shown=shown).store) as opened:
        found = replace(opened.session(session), **shown)
        if output is not None:
            paths = exporting.write(opened, found, kind, output)
            print(f"Session {found.id} written to {' and '.join(map(str, paths))}", file=sys.stderr)
        elif kind == "json":
            exporting.write_json(opened, found, sys.stdout)
        else:
            exporting.write_csv(observation_chunks(opened, found), sys.stdout)
        marked = events(opened, found.id)
        for source in opened.sources(found.id):
            if left_out := exclusion(found, source, marked):
                print(f"{source.name}: {left_out}", file=sys.stderr)
