"""`monitor people SESSION list`, `name`, `merge`, `split`, `move`, `ignore` and `undo`."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from monitor.settings import Settings
    from monitor.store.identities import Identities, Person


class PeopleGroup(TyperGroup):
    """Lets `forget` and `remembered` stand where the others have a session: they are about all of them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, ["all", *args] if args[:1] in (["forget"], ["remembered"]) else args)


people_app = typer.Typer(
    cls=PeopleGroup,
    help="Say who the people of a session are: `monitor people 3 list`, `monitor people 3 name 1 Ann`.",
    no_args_is_help=True,
)
Who = Annotated[str, typer.Argument(help="Number or name of a person.")]
StoreAddress = Annotated[str | None, typer.Option("--store", help="Path of an SQLite file, or any SQLAlchemy URL.")]
Config = Annotated[Path | None, typer.Option("--config", help="Settings to read instead of config.toml.")]
Source = Annotated[
    int | None, typer.Option(help="Number of the source within the session, from 1, where it has several.")
]


@people_app.callback()
def people(
    context: typer.Context,
    session: Annotated[str, typer.Argument(help="Number or name of a session, or `latest`.")],
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Say who the people of a session are. Everything can be undone, step by step."""
    context.obj = (session, store, config)


@people_app.command("list")
def list_people(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")] = False,
) -> None:
    """List the people, and pairs that look alike."""
    from rich.table import Table
    from rich.text import Text

    from monitor.views.clock import span
    from monitor.views.console import table_console
    from monitor_people.alike import alike, mixed_models
    from monitor_people.remembering import other_models, proposals

    with opened(context) as identities:
        found = identities.people()
        numbers = source_numbers(identities)
        sentences = [pair.sentence for pair in alike(identities, found)]
        if settings_of(context).people.remember:
            sentences += [proposal.sentence for proposal in proposals(identities, found)]
            sentences += (other_models(identities, source) for source in numbers)
        sentences.append(mixed_models(identities) or "")
    if json:
        print(
            jsonlib.dumps(
                [
                    {
                        "source": numbers[person.source_id],
                        "person": person.number,
                        "name": person.name,
                        "tracks": list(person.tracks),
                        "first_seconds": person.first_seconds,
                        "last_seconds": person.last_seconds,
                        "samples": person.samples,
                        "ignored": person.ignored,
                    }
                    for person in found
                ],
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("Source", "Person", "Name", "Seen", "Samples", "Tracks"):
        table.add_column(heading, justify="right" if heading in ("Source", "Person", "Samples") else "left")
    for person in found:
        tracks = ", ".join(map(str, person.tracks))
        name = (person.name or "") + (" (left out)" if person.ignored else "")
        row = (name, span(person.first_seconds, person.last_seconds), str(person.samples), tracks)
        table.add_row(str(numbers[person.source_id]), str(person.number), *map(Text, row))
    console = table_console()
    console.print(table)
    for sentence in filter(None, sentences):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)


@people_app.command("name")
def name_person(
    context: typer.Context,
    person: Who,
    name: Annotated[str, typer.Argument(help="The person's name.")],
    source: Source = None,
) -> None:
    """Give a person a name."""
    with edited(context) as identities:
        identities.name(person_of(identities, person, source), name)


@people_app.command("merge")
def merge_people(
    context: typer.Context,
    people: Annotated[list[str], typer.Argument(help="Two people or more, by number or name; the first stays.")],
    source: Source = None,
) -> None:
    """Make one person of several."""
    with edited(context) as identities:
        identities.merge([person_of(identities, each, source) for each in people])


@people_app.command("split")
def split_person(
    context: typer.Context,
    person: Who,
    track: Annotated[list[int] | None, typer.Option(help="A track that is somebody else. May be repeated.")] = None,
    at: Annotated[float | None, typer.Option(metavar="SECONDS", help="Who is seen from then on is another.")] = None,
    source: Source = None,
) -> None:
    """Make two people of one, by tracks or from a moment on: a track belongs where it begins."""
    from monitor.errors import ConfigError

    if (track is None) == (at is None):
        raise ConfigError("split a person with --track, which may be repeated, or with --at SECONDS")
    with edited(context) as identities:
        whole = person_of(identities, person, source)
        if at is not None:
            identities.split_at(whole, at)
        else:
            identities.split(whole, track or ())


@people_app.command("move")
def move_track(
    context: typer.Context,
    track: Annotated[int, typer.Argument(help="Number of a track.")],
    to: Who,
    source: Source = None,
) -> None:
    """Give one track to another person."""
    with edited(context) as identities:
        identities.move([track], person_of(identities, to, source))


@people_app.command("ignore")
def ignore_people(
    context: typer.Context,
    people: Annotated[list[str], typer.Argument(help="People, by number or name.")],
    no: Annotated[bool, typer.Option("--no", help="Take them in again.")] = False,
    source: Source = None,
) -> None:
    """Leave people, or faces that are none, out of all shares; exports of observations keep them."""
    with edited(context) as identities:
        identities.ignore([person_of(identities, each, source) for each in people], not no)


@people_app.command("vectors")
def compute_vectors(
    context: typer.Context,
    artifact: Annotated[Path | None, typer.Option(help="Folder of another model of how people look.")] = None,
) -> None:
    """Compute again, from the recording, how people look, for another version of the model; nobody is joined."""
    from monitor.views.counts import number_of
    from monitor_people.appearance.network import Appearance
    from monitor_people.identity.look_again import look_again

    with opened(context) as identities:
        look = Appearance(artifact)
        count = look_again(identities, look)
    print(f"looked at {number_of(count, 'track')} with {look.model}")


@people_app.command("cluster")
def cluster_people(context: typer.Context) -> None:
    """Compare all tracks once more, together, as at the end of a recording; what was done by hand stays."""
    from monitor.plugin.registry import plugins_in_use
    from monitor.store import Store
    from monitor.views.counts import number_of
    from monitor_people.identity.cluster_again import cluster_again
    from monitor_people.options import PeopleOptions

    settings = settings_of(context)
    options = plugins_in_use().get("sinks", "people").read_options(settings.options.sinks.get("people"))
    assert isinstance(options, PeopleOptions)
    with Store(settings.store) as store:
        count = cluster_again(store, store.session(context.obj[0]), options.threshold)
    print(number_of(count, "person", "people"))


@people_app.command("undo")
def undo_edit(context: typer.Context) -> None:
    """Take the last edit back."""
    with opened(context) as identities:
        print(f"Undone: {identities.undo()}")
        remember(context, identities)


@people_app.command("forget")
def forget_person(
    name: Annotated[str, typer.Argument(help="A person's name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Forget somebody in all sessions: name, looks and pictures. `monitor people forget NAME`; no session is named."""
    from monitor.commands.confirmation import confirm
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.remembered import forget
    from monitor.views.counts import number_of

    with Store(load_settings(config, store=store).store) as opened_store:
        if not yes:
            confirm(f"Forget {name} in all sessions, for good?", "nobody was forgotten")
        count = forget(opened_store, name)
    print(f"{name} is forgotten; they had that name in {number_of(count, 'session')}.")


@people_app.command("remembered")
def list_remembered(store: StoreAddress = None, config: Config = None) -> None:
    """List who is to be known again in later sessions: `monitor people remembered`; no session is named."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.remembered import remembered

    with Store(load_settings(config, store=store).store) as opened_store:
        for name, models in remembered(opened_store).items():
            print(f"{name}  {', '.join(models)}")


@contextmanager
def opened(context: typer.Context) -> Iterator[Identities]:
    """The people of the session that the command line names."""
    from monitor.store import Store
    from monitor.store.identities import Identities

    with Store(settings_of(context).store) as store:
        yield Identities(store, store.session(context.obj[0]))


@contextmanager
def edited(context: typer.Context) -> Iterator[Identities]:
    """The people of the session that the command line names, of whom one edit is made within, which is printed."""
    with opened(context) as identities:
        yield identities
        remember(context, identities)
        print(identities.edits()[0])


def remember(context: typer.Context, identities: Identities) -> None:
    """Keep how those look who have a name, where the settings ask for it."""
    from monitor.store.remembered import remember_named

    if settings_of(context).people.remember:
        remember_named(identities)


def settings_of(context: typer.Context) -> Settings:
    """The settings that the command line names."""
    from monitor.settings import load_settings

    _, address, config = context.obj
    return load_settings(config, store=address)


def person_of(identities: Identities, key: str, source: int | None) -> Person:
    """A person by number or name. Raises StoreError where there is none, or one in several sources."""
    from monitor.errors import StoreError

    found = identities.people()
    numbers = source_numbers(identities)
    matching = [
        person
        for person in found
        if key in (str(person.number), person.name) and source in (None, numbers[person.source_id])
    ]
    if len(matching) == 1:
        return matching[0]
    if not matching:
        where = "" if source is None else f" in source {source}"
        raise StoreError(f"there is no person {key!r}{where}; `monitor people {identities.session.id} list` shows all")
    sources = ", ".join(str(numbers[person.source_id]) for person in matching)
    raise StoreError(f"there is a person {key!r} in the sources {sources}; say which with --source")


def source_numbers(identities: Identities) -> dict[int, int]:
    """Number of each source in the store -> its number among the session's, from 1."""
    return {source: number for number, source in enumerate(identities.source_ids(), 1)}
