"""`monitor delete`: take sessions out of the store for good."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.settings import Settings
    from monitor.store import Session, Store


def delete(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSION...", help="Numbers or names.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or a database URL.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")] = None,
) -> None:
    """Delete sessions with their shares, people, pictures, marks, and what plugins kept of them.

    Recordings themselves stay where they are. There is no way back.
    """
    from monitor.commands.confirmation import confirm
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.removal import compact
    from monitor.views.counts import number_of

    settings = load_settings(config, store=store)
    with Store(settings.store) as opened:
        chosen = list({session.id: session for session in map(opened.session, sessions)}.values())
        for session in chosen:
            people = number_of(opened.counts(session)["people"], "person", "people")
            print(f"session {session.id} ({session.name}), {people}")
        if not yes:
            confirm(f"Delete {'it' if len(chosen) == 1 else f'these {len(chosen)}'} for good?")
        delete_all(opened, chosen, settings)
        compact(opened)


def delete_all(store: Store, sessions: Sequence[Session], settings: Settings) -> None:
    """Delete sessions, and what the sinks of plugins kept of them. Raises StoreError where one still runs."""
    from monitor.plugin.registry import plugins_in_use
    from monitor.store.removal import delete_session

    def forget(number: int) -> None:
        for sink in plugins_in_use().sinks.values():
            if sink.forget is not None:
                sink.forget(number, settings)

    for session in sessions:
        delete_session(store, session, partial(forget, session.id))
