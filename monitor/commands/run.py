"""`monitor run SOURCE...`: analyse videos, pictures and live streams."""

from __future__ import annotations

import contextlib
import json as jsonlib
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from monitor.commands.shown_options import Calibrate, HalfLife, given

if TYPE_CHECKING:
    from monitor.run import Run


def run(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="A video file, a picture or a folder of pictures, a webcam (0, /dev/video0), "
            "or an RTSP, HTTP or HLS address.",
        ),
    ],
    every: Annotated[float | None, typer.Option(help="Seconds between two samples.")] = None,
    start: Annotated[float, typer.Option(help="Begin at this stream time, in seconds.")] = 0.0,
    until: Annotated[float | None, typer.Option(help="End at this stream time, in seconds.")] = None,
    analyzers: Annotated[str | None, typer.Option(help="Analyzers to run, separated by commas.")] = None,
    half_life: HalfLife = None,
    calibrate: Calibrate = None,
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or a database URL.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the session; by default the date and time.")] = None,
    dashboard: Annotated[
        bool | None,
        typer.Option("--dashboard/--no-dashboard", help="Serve the dashboard; by default when at a terminal."),
    ] = None,
    dashboard_port: Annotated[int | None, typer.Option(help="Port of the dashboard.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    config: Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")] = None,
) -> int:
    """Analyse SOURCEs, store what is seen, and print the emotion shares.

    Files are analysed completely; live streams keep the newest frame and count what they drop. Ctrl-C ends cleanly.
    --half-life and --calibrate change what pages, reports and exports show beside the raw scores, never these.
    The exit code is 2 where a source could not be read.
    """
    from monitor.cli import complain
    from monitor.commands.dashboard import page_address
    from monitor.commands.dashboard import start as start_dashboard
    from monitor.commands.dashboard import stop as stop_dashboard
    from monitor.plugins import Plugins
    from monitor.progress import RunProgress
    from monitor.run import Run
    from monitor.settings import load_settings

    settings = load_settings(
        config,
        every_seconds=every,
        analyzers=analyzers,
        store=store,
        dashboard_port=dashboard_port,
        shown=given(half_life, calibrate),
    )
    at_terminal = sys.stdout.isatty() and not json
    show = at_terminal if dashboard is None else dashboard
    engine = Run(
        sources,
        settings,
        Plugins(settings.plugins.disabled),
        start_seconds=start,
        until_seconds=until,
        name=name,
    )
    with contextlib.ExitStack() as stack:
        stack.callback(engine.close)
        for error in engine.failed:
            complain(error)
        if show:
            server = start_dashboard(settings.store, settings.dashboard_port, config=config)
            stack.callback(stop_dashboard, server)
            print(f"dashboard: {page_address('', settings.dashboard_port)}", file=sys.stderr)
        with stop_on_signal(engine), RunProgress() as progress:
            summary = engine(progress)
        if json:
            print(jsonlib.dumps(asdict(summary)))
        else:
            print_shares(summary.sources, summary.session, engine.store.address)
            if any(settings.shown.model_dump().values()):
                print("these shares are raw; pages, report and export also show them smoothed or calibrated")
        if show and at_terminal and summary.state == "finished":
            print("Ctrl-C ends the dashboard.", file=sys.stderr)
            with contextlib.suppress(KeyboardInterrupt):
                server.wait()
    return 2 if engine.failed or any(source["error"] for source in summary.sources) else 0


@contextmanager
def stop_on_signal(engine: Run) -> Iterator[None]:
    """While inside, Ctrl-C and SIGTERM end the run cleanly; a second Ctrl-C ends it at once."""

    def stop(number: int, _frame: object) -> None:
        if engine.stopping.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        engine.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def print_shares(sources: list[dict[str, Any]], session: int, store: str) -> None:
    """One table per source and analyzer: a row per subject, a column per label, in percent."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from monitor.settings import Settings

    console = Console(width=None if sys.stdout.isatty() else 120)
    for source in sources:
        facts = (
            f"{source['seconds']:.1f} s, {source['frames_sampled']} samples, {source['realtime_factor']:.1f}x real time"
        )
        console.print(f"[bold]{escape(source['name'])}[/bold]: {facts}", highlight=False)
        for analyzer, shares in source["shares"].items():
            if not shares:
                console.print(f"{analyzer}: nobody was seen")
                continue
            labels = list(next(iter(shares.values())))
            table = Table(
                title=f"{analyzer}: emotion shares in percent",
                title_justify="left",
                box=SIMPLE_HEAD,
                pad_edge=False,
                collapse_padding=True,  # eight labels fit into 80 columns
            )
            table.add_column("subject")
            for label in labels:
                table.add_column(label, justify="right")
            for subject, row in shares.items():
                table.add_row(subject, *(f"{100 * row[label]:.1f}" for label in labels))
            console.print(table)
    where = "" if store == Settings.model_fields["store"].default else f" --store {store}"
    console.print(escape(f"session {session}; `monitor report {session}{where}` writes it as a page"), highlight=False)
