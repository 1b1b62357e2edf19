"""`monitor run SOURCE...`: analyse videos, pictures and live streams."""

from __future__ import annotations

import contextlib
import json as jsonlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.commands.shown_options import AllSamples, Calibrate, HalfLife, given
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.engine.run import Run
    from monitor.engine.stream import Stream


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
    window: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Length of the windows of time that shares are kept for.")
    ] = None,
    start: Annotated[float, typer.Option(help="Begin at this stream time, in seconds.")] = 0.0,
    until: Annotated[float | None, typer.Option(help="End at this stream time, in seconds.")] = None,
    analyzers: Annotated[str | None, typer.Option(help="Analyzers to run, separated by commas.")] = None,
    half_life: HalfLife = None,
    calibrate: Calibrate = None,
    all_samples: AllSamples = None,
    thumbnails: Annotated[
        bool | None, typer.Option("--thumbnails/--no-thumbnails", help="Keep a small picture of each person, or none.")
    ] = None,
    blur: Annotated[
        bool | None, typer.Option("--blur/--no-blur", help="Blur faces in these pictures and in live ones.")
    ] = None,
    hwaccel: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="What decodes video: none, cuda, vaapi, or auto: what works.")
    ] = None,
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
    The exit code is 2 where a source could not be read, or an analyzer failed so often that it was left out.
    """
    from monitor.commands.dashboard import dashboard_beside, installed_dashboard, refused_port
    from monitor.commands.error_line import print_error
    from monitor.commands.run_tables import print_summary
    from monitor.engine.run import Run
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings

    settings = load_settings(
        config,
        every_seconds=every,
        window_seconds=window,
        analyzers=analyzers,
        hwaccel=hwaccel,
        store=store,
        dashboard_port=dashboard_port,
        shown=given(half_life, calibrate, all_samples),
        people={name: value for name, value in (("thumbnails", thumbnails), ("blur", blur)) if value is not None},
    )
    at_terminal = sys.stdout.isatty() and not json
    show = at_terminal and installed_dashboard() is not None if dashboard is None else dashboard
    if show and (problem := refused_port(settings)):
        if dashboard:
            raise ConfigError(problem)
        print(f"monitor: {problem}; recording without it", file=sys.stderr)
        show = False
    engine = Run(
        sources,
        settings,
        plugins_in_use(),
        start_seconds=start,
        until_seconds=until,
        name=name,
    )
    with contextlib.ExitStack() as stack:
        stack.callback(engine.close)
        for error in engine.failed:
            print_error(error)
        if show:
            server = stack.enter_context(dashboard_beside(settings, config))
        with stop_on_signal(engine), progress_shown() as progress:
            summary = engine(progress)
        if json:
            print(jsonlib.dumps(asdict(summary)))
        else:
            print_summary(summary.sources, summary.session, engine.store.address)
            if settings.shown.half_life_seconds or settings.shown.calibrate_seconds:
                print("these shares are raw; pages, report and export also show them smoothed or calibrated")
        if show and at_terminal and summary.state == "finished":
            print("Ctrl-C ends the dashboard.", file=sys.stderr)
            with contextlib.suppress(KeyboardInterrupt):
                server.wait()
    return 2 if engine.failed or any(source["error"] or source["switched_off"] for source in summary.sources) else 0


def progress_shown() -> AbstractContextManager[Callable[[Sequence[Stream]], None]]:
    """Shows the streams of a run while it is entered, where standard error is a terminal."""
    if not sys.stderr.isatty():
        return nullcontext(lambda streams: None)
    from monitor.commands.progress import RunProgress

    return RunProgress()


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
