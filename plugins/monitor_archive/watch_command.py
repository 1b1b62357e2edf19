"""`monitor watch`: analyse what appears in a folder."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from monitor_archive.options import Analyzers, AtOnce, Config, Every, Memory, StoreAddress, Window


def watch(
    folder: Annotated[Path, typer.Argument(help="Folder in which recordings appear, at any depth.")],
    settled: Annotated[
        float,
        typer.Option(min=0.0, metavar="SECONDS", help="A file is complete once it has not changed for this long."),
    ] = 10.0,
    pattern: Annotated[
        str | None, typer.Option(help="Take files by their names, such as '*.dav', not by their kind.")
    ] = None,
    at_once: AtOnce = None,
    memory: Memory = None,
    every: Every = None,
    window: Window = None,
    analyzers: Analyzers = None,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Analyse each recording of FOLDER, and each that appears there until Ctrl-C, as `monitor batch` does.

    What is still being written is left alone until it has not changed for a while.
    """
    from monitor.commands.error_line import print_error
    from monitor.errors import ConfigError
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings
    from monitor.store import Store, queue
    from monitor_archive.arrivals import Arrivals
    from monitor_archive.crew import Crew
    from monitor_archive.need import need
    from monitor_archive.processes import Processes, most_at_once
    from monitor_archive.progress import BatchProgress
    from monitor_archive.recipe import recipe

    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder; give one in which recordings appear")
    settings = load_settings(config, every_seconds=every, window_seconds=window, analyzers=analyzers, store=store)
    made = recipe(settings, plugins_in_use())
    arrivals = Arrivals(folder, pattern, settled)
    with Store(settings.store, create=True) as opened, BatchProgress(opened, made) as progress:

        def look() -> None:
            found = arrivals.look()
            for problem in found.problems:
                print_error(problem)
            queue.enqueue(opened, found.files, made)  # where the store is away, they are told once more
            arrivals.taken()
            progress()

        print(f"Watching {folder} (Ctrl-C ends it)", file=sys.stderr)
        with suppress(KeyboardInterrupt):
            most = at_once or most_at_once(need(settings, gigabytes=memory))
            workers = Processes(settings, made, most, stay=True)
            Crew(workers, made, stay=True)(opened, look)
