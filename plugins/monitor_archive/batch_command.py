"""`monitor batch`: analyse whole folders, and go on where the last call ended."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from monitor_archive.options import Analyzers, AtOnce, Config, Every, Gpus, Memory, StoreAddress, Window


def batch(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Recordings, and folders that hold some; addresses too, as s3://..."),
    ] = None,
    list_file: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="Text file with one path on each line.")
    ] = None,
    pattern: Annotated[
        str | None, typer.Option(help="Take files of folders by their names, such as '*.dav', not by their kind.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Analyse again what is already done.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Try again what has failed.")] = False,
    study: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Study file that the sessions are added to, by their folders.")
    ] = None,
    at_once: AtOnce = None,
    memory: Memory = None,
    gpus: Gpus = None,
    pieces: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="MINUTES", help="Let several work on each recording that is longer than this."),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Work on the machines of this cluster: `monitor cluster`.")
    ] = None,
    every: Every = None,
    window: Window = None,
    analyzers: Analyzers = None,
    store: StoreAddress = None,
    config: Config = None,
) -> int:
    """Analyse all recordings at and below PATHs that are not done yet, one session each.

    A recording is known by its content, whatever its name, and done once for the same settings. Ctrl-C stops; the next
    call goes on in the middle of what was under way, without PATHs too. The exit code is 2 where something failed.
    """
    from monitor.commands.error_line import print_error
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings
    from monitor.store import Store, queue
    from monitor.views.counts import number_of
    from monitor_archive.cluster import Actors, connected
    from monitor_archive.crew import Crew, Workers
    from monitor_archive.division import divide_long
    from monitor_archive.files import SUFFIXES, find, listed
    from monitor_archive.need import need
    from monitor_archive.processes import Processes, most_at_once
    from monitor_archive.progress import BatchProgress, print_failures, summary
    from monitor_archive.recipe import recipe
    from monitor_archive.study import add_to_study, check_study

    settings = load_settings(config, every_seconds=every, window_seconds=window, analyzers=analyzers, store=store)
    needed = need(settings, gigabytes=memory, gpus=gpus)
    found = find([*(paths or []), *(listed(list_file) if list_file else [])], pattern)
    for problem in found.problems:
        print_error(problem)
    if (paths or list_file) and not found.files:
        if not found.problems:
            endings = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
            where = ", ".join([*(paths or []), *([str(list_file)] if list_file else [])])
            print_error(f"no recording was found in {where} ({pattern or endings}); --pattern '*.ENDING' takes others")
        return 2
    made = recipe(settings, plugins_in_use())
    if study is not None:
        check_study(study)
    with Store(settings.store, create=True) as opened:
        queue.enqueue(opened, found.files, made, again=again, failed=failed)
        queue.let_go(opened)
        if pieces is not None:
            divide_long(opened, settings, made, 60.0 * pieces)
        with BatchProgress(opened, made) as progress, ExitStack() as cleanup:
            if cluster is None:
                workers: Workers = Processes(settings, made, at_once or most_at_once(needed))
            else:
                workers = Actors(settings, made, cleanup.enter_context(connected(cluster)), needed, most=at_once)
            Crew(workers, made)(opened, progress)
        print_failures(opened, made)
        if study is not None:
            added = add_to_study(study, opened, made, {file.digest for file in found.files})
            print(f"{number_of(added, 'session')} added to {study}; `monitor study report {study}` compares them")
        outcome = queue.progress(opened, made)
        print(f"{summary(outcome)}; `monitor sessions` lists what was recorded")
        others = queue.progress(opened).counts[queue.WAITING] - outcome.counts[queue.WAITING]
        if others:
            print(
                f"{others:,} wait for other settings, analyzers or versions; name their paths to queue them for these"
            )
    return 2 if outcome.counts[queue.FAILED] or found.problems else 0
