"""`monitor mark`: note a moment or a stretch of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor_studies.commands.options import Config, StoreAddress

if TYPE_CHECKING:
    from monitor.store import Session, Store

SessionKey = Annotated[str, typer.Argument(metavar="SESSION", help="Number or name of a session, or `latest`.")]
Tier = Annotated[str, typer.Option(help="Events of one sort lie on one tier.")]


def mark(
    session: SessionKey,
    label: Annotated[str, typer.Argument(help="What it is.")],
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="A moment, as 95.5 or 1:35.5; now, for a session that runs.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Start of a stretch.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="End of the stretch.")] = None,
    exclude: Annotated[bool, typer.Option("--exclude", help="The stretch counts in no share.")] = False,
    tier: Tier = "marks",
    source: Annotated[
        str | None, typer.Option(help="The source it is about, by name or by its place in the session, from 1.")
    ] = None,
    note: Annotated[str, typer.Option(help="Anything more to say.")] = "",
    colour: Annotated[str | None, typer.Option(help="As CSS writes it, for example '#d1495b'.")] = None,
    by: Annotated[str, typer.Option(help="Who marks; by default the name of the user.")] = "",
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Mark a moment (--at) or a stretch (--from, --to) of a session. `monitor events undo SESSION` takes it back."""
    from getpass import getuser

    from monitor.errors import ConfigError
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.events import Event, add_events
    from monitor_studies.times import parse_seconds

    if (start is None) != (end is None) or (at is not None and start is not None):
        raise ConfigError("a moment needs --at, a stretch --from and --to")
    if exclude and start is None:
        raise ConfigError("--exclude needs a stretch: --from and --to")
    with Store(load_settings(config, store=store).store) as opened:
        found = opened.session(session)
        if start is not None and end is not None:
            kind, first, last = "exclude" if exclude else "interval", parse_seconds(start), parse_seconds(end)
        else:
            kind, last = "moment", None
            first = parse_seconds(at) if at is not None else now(opened, found)
        source_id = None if source is None else find_source(opened, found, source)
        made = Event(found.id, kind, first, last, label, tier, source_id, note, colour, "human", by or getuser())
        [kept] = add_events(opened, [made])
    print(f"event {kept.id} marked in session {found.id}")


def now(store: Store, session: Session) -> float:
    """Stream time of the newest sample of a session that runs. Raises ConfigError for one that does not."""
    from monitor.errors import ConfigError

    if session.state != "running":
        raise ConfigError(f"session {session.id} does not run, so say when: --at, or --from and --to")
    return max((source.seconds for source in store.sources(session.id)), default=0.0)


def find_source(store: Store, session: Session, wanted: str) -> int:
    """Number in the store of a source, given its name or its place in the session. Raises ConfigError."""
    from monitor.errors import ConfigError
    from monitor.mistakes import unknown_name

    sources = store.sources(session.id)
    for place, source in enumerate(sources, start=1):
        if wanted in (source.name, str(place)):
            return source.id
    names = [source.name for source in sources]
    raise ConfigError(f"session {session.id}: {unknown_name('source', wanted, names)}")
