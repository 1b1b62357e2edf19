"""`monitor study`: what is done with study files, and with the statistics behind them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor_studies.commands.options import Config, Seed, StoreAddress
from monitor_studies.commands.simulate import fit, simulate
from monitor_studies.commands.tables import print_frame

study_app = typer.Typer(help="Compare sessions as a study file says, and check the statistics.", no_args_is_help=True)
study_app.command("fit")(fit)
study_app.command("simulate")(simulate)
Study = Annotated[Path, typer.Argument(metavar="STUDY", help="A study file (TOML); docs/studies.md explains it.")]


class TableFormat(StrEnum):
    """How tables are written."""

    CSV = "csv"
    PARQUET = "parquet"


@study_app.command("check")
def check(study: Study, store: StoreAddress = None, config: Config = None) -> None:
    """Check a study file and that its sessions can be compared, without comparing them."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor_studies.running import session_table
    from monitor_studies.studied import read_sessions
    from monitor_studies.study_file import read_study

    wanted = read_study(study)
    with Store(load_settings(config, store=store).store) as opened:
        found = read_sessions(opened, wanted)
    print_frame(session_table(found))
    for group in wanted.groups:
        members = sum(each.wanted.group == group for each in found)
        if members == 1:
            print(f"group {group!r} has one session: what it shows may be that session's alone")


@study_app.command("run")
def run(
    study: Study,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Write the tables into this folder.")
    ] = None,
    format: Annotated[TableFormat, typer.Option(help="Of the tables in the folder.")] = TableFormat.CSV,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Run a study: print its comparisons and what can be concluded; with -o, write all tables."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor_studies.conclusions import conclusions
    from monitor_studies.report import write_tables
    from monitor_studies.running import run_study
    from monitor_studies.study_file import read_study

    wanted = read_study(study)
    with Store(load_settings(config, store=store).store) as opened:
        result = run_study(opened, wanted)
    for name, table in result.tables.items():
        if name in ("comparisons", "order"):
            print_frame(table.drop(columns=["first_side", "second_side", "units"], errors="ignore"), result.measures)
            print()
    for sentence in [*conclusions(result.comparisons, result.measures), *result.remarks]:
        print(f"{sentence}\n")
    if output is not None:
        for path in write_tables(result, output, format.value):
            print(path)


@study_app.command("report")
def report(
    study: Study,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="HTML file to write; by default beside the study.")
    ] = None,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Run a study and write its report: one HTML file with plots, tables and a paragraph on methods."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor_studies.report import write_report
    from monitor_studies.running import run_study
    from monitor_studies.study_file import read_study

    wanted, path = read_study(study), output or study.with_suffix(".html")
    with Store(load_settings(config, store=store).store) as opened:
        write_report(run_study(opened, wanted), path)
    print(f"report: {path}")


@study_app.command("demo")
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where recordings, store, study file, tables and report go.")
    ] = Path("study-demo"),
    seed: Seed = 0,
    config: Config = None,
) -> None:
    """Make a dozen short recordings with a known change after an event, run a study of them, and write its report."""
    from contextlib import closing

    from monitor.engine.models import make_detector
    from monitor.plugin.registry import plugins_in_use
    from monitor.readout.export import write_file
    from monitor.settings import load_settings
    from monitor_studies import worked_example

    folder.mkdir(parents=True, exist_ok=True)
    store, file = str(folder / worked_example.STORE), folder / worked_example.STUDY
    settings = load_settings(config, store=store, every_seconds=worked_example.EVERY_SECONDS)
    with closing(make_detector(settings, plugins_in_use())) as detector:
        clips = worked_example.make_clips(folder, detector, seed)
    print(f"{len(clips)} recordings made in {folder}; analysing them takes a minute or more")
    worked_example.record(clips, settings)
    write_file(file, worked_example.study_text())
    run(file, output=folder, store=store, config=config)
    report(file, store=store, config=config)
