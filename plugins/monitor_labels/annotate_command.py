"""`monitor labels annotate`: label pictures at this machine, with the keyboard, in a browser.

The pictures are those of a folder, or are cut out of the recordings of sessions; what is answered about the latter
becomes events of these sessions, too.
"""

from __future__ import annotations

import getpass
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import typer

from monitor.emotions import SEVEN
from monitor_labels.sampling import By

if TYPE_CHECKING:
    from monitor_labels.task import Task

PICTURES = "pictures"
"""Folder in the task's folder for what is cut out of recordings."""


def annotate(
    pictures: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of pictures, folders inside it too.")
    ] = None,
    session: Annotated[
        list[str] | None,
        typer.Option(help="In place of DIR: a session, by number or name, or `latest`; can be given again."),
    ] = None,
    by: Annotated[By, typer.Option(help="How pictures of sessions are chosen.")] = By.UNCERTAINTY,
    count: Annotated[int, typer.Option(min=1, help="Pictures to choose from sessions.")] = 300,
    gap: Annotated[float, typer.Option(min=0, help="Least seconds between two pictures of one person.")] = 5.0,
    analyzer: Annotated[
        str | None,
        typer.Option(help="Whose faces or frames they are.", show_default="the first that told people apart"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what is chosen at random.")] = 0,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder of the task and its answers; goes on where there is one.")
    ] = Path("task"),
    labels: Annotated[
        str | None,
        typer.Option(
            help="Labels to choose from, with commas between them.",
            show_default=f"{','.join(SEVEN)}; for sessions, the analyzer's",
        ),
    ] = None,
    worker: Annotated[
        str | None, typer.Option(help="Your name, by which answers are kept.", show_default="your login")
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the page; 8501 by default.")] = None,
    store: Annotated[str | None, typer.Option("--store", help="Path of an SQLite file, or any SQLAlchemy URL.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Serve a page until Ctrl-C that shows pictures one by one, with a key for each label.

    Pictures of sessions are faces, or frames where the analyzer looks at whole ones. At the end the answers become
    events of their sessions, on a tier of your own.
    """
    from monitor.commands.dashboard import dashboard_beside
    from monitor.settings import load_settings
    from monitor_labels.own_answers import OwnAnswers
    from monitor_labels.text_file import LabelsError

    settings = load_settings(config, dashboard_port=port, store=store)
    chosen = None if labels is None else labels.split(",")
    if session and pictures is not None:
        raise LabelsError(f"give a folder of pictures or --session, not both ({pictures} and {', '.join(session)})")
    if session:
        take_sessions(settings.store, session, out, chosen, analyzer, by, count, gap, seed)
    else:
        take_folder(pictures, out, chosen)
    name = worker or getpass.getuser()
    OwnAnswers.open(out, name)  # says now if the name cannot be one
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as cleanly as Ctrl-C does
    with dashboard_beside(settings, config) as serving:
        query = urlencode({"task": out, "worker": name})
        print(f"annotate at {serving.address}/annotate?{query} (Ctrl-C ends it)", file=sys.stderr)
        with suppress(KeyboardInterrupt):
            serving.wait()
    return_labels(settings.store, out, name)
    print(f"Next: monitor labels import {out}/answers-*.csv --platform csv --task {out}")


def take_folder(pictures: Path | None, out: Path, labels: list[str] | None) -> None:
    """Make the task of a folder of pictures in `out`, or see that the one there is of that folder."""
    from monitor_labels.task import FILE, Task, make_task
    from monitor_labels.text_file import LabelsError

    if pictures is None:
        if not (out / FILE).is_file():
            raise LabelsError(f"nothing to annotate: give a folder of pictures or --session; there is no task in {out}")
        return
    asked = make_task(pictures, "csv", labels or SEVEN)
    if not (out / FILE).is_file():
        asked.write(out)
    elif (begun := Task.read(out)) and (begun.pictures_folder, begun.labels) != (asked.pictures_folder, asked.labels):
        raise _begun(out, begun)


def take_sessions(
    store: str,
    keys: list[str],
    out: Path,
    labels: list[str] | None,
    analyzer: str | None,
    by: By,
    count: int,
    gap_seconds: float,
    seed: int,
) -> None:
    """Cut pictures out of recordings and make their task in `out`, or see that the one there is of these sessions."""
    from monitor.store import Store
    from monitor.views.counts import number_of
    from monitor_labels.origins import read_origins, write_origins
    from monitor_labels.recorded_pictures import analyzer_of, cut_pictures
    from monitor_labels.task import FILE, Task, task_labels

    with Store(store) as opened:
        sessions = list({found.id: found for found in map(opened.session, keys)}.values())
        if (out / FILE).is_file():
            if {origin.session_id for origin in read_origins(out).values()} - {found.id for found in sessions}:
                raise _begun(out, Task.read(out))
            return
        whose = analyzer_of(opened, sessions, analyzer)
        options = task_labels(labels or sessions[0].labels[whose])
        origins, left_out = cut_pictures(
            opened, sessions, whose, out / PICTURES, by=by, count=count, gap_seconds=gap_seconds, seed=seed
        )
    write_origins(origins, out)
    Task("csv", str((out / PICTURES).resolve()), options, tuple(origin.task for origin in origins)).write(out)
    print(f"{number_of(len(origins), 'picture')} of what {whose} saw, by {by.value}: {out / PICTURES}", file=sys.stderr)
    for reason, times in left_out.items():
        print(f"left out: {number_of(times, 'time')} {reason}", file=sys.stderr)


def return_labels(store: str, out: Path, worker: str) -> None:
    """Keep what a person answered about pictures of recordings as events of their sessions, and say so."""
    from monitor.store import Store
    from monitor.views.counts import number_of
    from monitor_labels.label_events import keep_as_events, tier_of
    from monitor_labels.origins import read_origins
    from monitor_labels.own_answers import OwnAnswers

    origins, own = read_origins(out), OwnAnswers.open(out, worker)
    if not origins:
        return
    with Store(store) as opened:
        for session_id, (kept, corrected) in keep_as_events(opened, origins, worker, own.labels).items():
            print(
                f"session {session_id}: {number_of(kept, 'event')} on the tier {tier_of(worker)!r}, "
                f"{corrected} of them corrections"
            )


def _begun(out: Path, begun: Task) -> Exception:
    from monitor_labels.text_file import LabelsError

    return LabelsError(
        f"{out} holds the task of {begun.pictures_folder} with {', '.join(begun.labels)}; name another with --out"
    )
