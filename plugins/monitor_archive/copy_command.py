"""`monitor copy`: sessions from one store to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.store import Session


def copy(
    source: Annotated[str, typer.Option("--from", metavar="STORE", help="Path of an SQLite file, or a database URL.")],
    target: Annotated[str, typer.Option("--to", metavar="STORE", help="The same; it is made where it is missing.")],
    sessions: Annotated[
        list[str] | None, typer.Argument(metavar="SESSION...", help="Numbers or names; without them, all.")
    ] = None,
) -> None:
    """Copy sessions with all that belongs to them into another store, under new numbers.

    What is there already is left out, so that a copy that was interrupted can be called again. What could be undone
    stays behind, and so do tokens, the queue, and the index of moments.
    """
    from monitor.store import Store
    from monitor.store.copying import copy_sessions

    def tell(session: Session, number: int | None) -> None:
        what = "was there already" if number is None else f"is session {number} there"
        print(f"session {session.id} ({session.name}) {what}")

    with Store(source) as here, Store(target, create=True) as there:
        chosen = [here.session(each) for each in sessions] if sessions else here.sessions()[::-1]
        copy_sessions(here, there, chosen, tell)
