"""`monitor events`: what was marked in a session, and changes to it."""

from __future__ import annotations

import json as jsonlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor_studies.commands.find import find
from monitor_studies.commands.mark import SessionKey, find_source
from monitor_studies.commands.options import Config, StoreAddress
from monitor_studies.commands.tables import new_table, print_table

events_app = typer.Typer(help="List, change and exchange the events of a session.", no_args_is_help=True)
events_app.command("find")(find)
Number = Annotated[int, typer.Argument(metavar="EVENT", help="Number of an event, as `monitor events list` shows it.")]


@events_app.command("list")
def list_events(
    session: SessionKey = "latest",
    tier: Annotated[list[str] | None, typer.Option(help="Only this tier; may be given several times.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")] = False,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """List the events of a session in the order of their times."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.events import events
    from monitor.views.clock import clock

    with Store(load_settings(config, store=store).store) as opened:
        found = opened.session(session)
        kept = events(opened, found.id, tiers=tier)
        names = {source.id: source.name for source in opened.sources(found.id)}
    if json:
        print(jsonlib.dumps([asdict(event) for event in kept], indent=2, ensure_ascii=False))
        return
    if not kept:
        print(f"Session {found.id} has no events; `monitor mark {found.id} LABEL --at TIME` makes one.")
        return
    table = new_table("No.", "From", "To", "Tier", "Label", "Source", "By", "Note")
    for event in kept:
        end = "" if event.end_seconds is None else clock(event.end_seconds)
        label = f"{event.label} (excluded)" if event.kind == "exclude" else event.label
        source = "all" if event.source_id is None else names[event.source_id]
        by = event.made_by if event.author == "human" else f"{event.made_by} ({event.author})"
        table.add_row(str(event.id), clock(event.start_seconds), end, event.tier, label, source, by, event.note)
    print_table(table)


@events_app.command("edit")
def edit(
    number: Number,
    label: Annotated[str | None, typer.Option(help="What it is.")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="When it starts, or is.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="When it ends.")] = None,
    tier: Annotated[str | None, typer.Option(help="The tier it lies on.")] = None,
    note: Annotated[str | None, typer.Option(help="Anything more to say.")] = None,
    colour: Annotated[str | None, typer.Option(help="As CSS writes it.")] = None,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Change an event; what is not given stays."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.events import edit_event
    from monitor_studies.times import parse_seconds

    changes: dict[str, Any] = {"label": label, "tier": tier, "note": note, "colour": colour}
    changes["start_seconds"] = None if start is None else parse_seconds(start)
    changes["end_seconds"] = None if end is None else parse_seconds(end)
    with Store(load_settings(config, store=store).store) as opened:
        edit_event(opened, number, **{name: value for name, value in changes.items() if value is not None})
    print(f"event {number} changed")


@events_app.command("delete")
def delete(
    numbers: Annotated[list[int], typer.Argument(metavar="EVENT...", help="Numbers of events.")],
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Delete events. `monitor events undo SESSION` brings them back."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.events import delete_events

    with Store(load_settings(config, store=store).store) as opened:
        gone = delete_events(opened, numbers)
    print(f"{len(gone)} event{'s' * (len(gone) != 1)} deleted")


@events_app.command("undo")
def undo(session: SessionKey = "latest", store: StoreAddress = None, config: Config = None) -> None:
    """Take back the last change to the events of a session; again and again, back to the first."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store import events as stored

    with Store(load_settings(config, store=store).store) as opened:
        print(stored.undo(opened, opened.session(session).id))


@events_app.command("import")
def import_events(
    session: SessionKey,
    file: Annotated[Path, typer.Argument(help="An .eaf, .TextGrid, .boris, .tsv, .csv, .srt or .vtt file.")],
    offset: Annotated[
        float, typer.Option(help="Seconds to add to its times, where the annotation began at another moment.")
    ] = 0.0,
    tier: Annotated[str | None, typer.Option(help="Put all on this tier, in place of the tiers of the file.")] = None,
    source: Annotated[
        str | None, typer.Option(help="The source it is about, by name or by its place in the session, from 1.")
    ] = None,
    clip: Annotated[
        bool, typer.Option("--clip", help="Leave out, or cut, what lies outside the recording; else that is an error.")
    ] = False,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Add the annotations of a file to a session: all, or none where one cannot be. One undo takes them back."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.events import add_events
    from monitor_studies.annotation_events import as_events
    from monitor_studies.exchange import read_annotations

    read = read_annotations(file)
    with Store(load_settings(config, store=store).store) as opened:
        found = opened.session(session)
        source_id = None if source is None else find_source(opened, found, source)
        length = max((each.seconds + found.every_seconds for each in opened.sources(found.id)), default=0.0)
        made = as_events(read, file, found.id, length, offset=offset, tier=tier, source_id=source_id, clip=clip)
        add_events(opened, made)
    print(f"{len(made)} event{'s' * (len(made) != 1)} added to session {found.id}")


@events_app.command("export")
def export_events(
    session: SessionKey,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="File to write; the end of its name tells the format.")
    ],
    tier: Annotated[list[str] | None, typer.Option(help="Only this tier; may be given several times.")] = None,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Write the events of a session for ELAN, Praat, BORIS, as subtitles, or as a plain table (CSV)."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.events import events
    from monitor_studies.annotation_events import as_annotations
    from monitor_studies.exchange import write_annotations

    with Store(load_settings(config, store=store).store) as opened:
        kept = events(opened, opened.session(session).id, tiers=tier)
    write_annotations(output, as_annotations(kept))
    print(f"{len(kept)} event{'s' * (len(kept) != 1)} written to {output}")
