"""`monitor token`: who may use the service from elsewhere."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

StoreAddress = Annotated[str | None, typer.Option("--store", help="Path of an SQLite file, or any SQLAlchemy URL.")]
Config = Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")]

token_app = typer.Typer(help="Make, list and remove tokens that open the service.", no_args_is_help=True)


@token_app.command("new")
def new(
    scope: Annotated[
        Literal["read", "control"],
        typer.Option(help="read: recognise pictures and read sessions; control: change things as well."),
    ],
    name: Annotated[str, typer.Option(help="What it is for; `monitor token list` shows it.")] = "",
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Make a token and print it; it is shown this once, and only its digest is kept."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.tokens import new_token

    with Store(load_settings(config, store=store).store, create=True) as opened:
        print(new_token(opened, scope, name))
    print("This token is shown only now. Send it as: Authorization: Bearer TOKEN", file=sys.stderr)


@token_app.command("list")
def list_all(store: StoreAddress = None, config: Config = None) -> None:
    """List the tokens there are, without their secrets."""
    from rich.table import Table

    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.tokens import list_tokens
    from monitor.views.console import table_console

    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("No.", "Scope", "Made", "Name"):
        table.add_column(heading, justify="right" if heading == "No." else "left", overflow="fold")
    with Store(load_settings(config, store=store).store) as opened:
        for token in list_tokens(opened):
            table.add_row(
                str(token.id), token.scope, datetime.fromtimestamp(token.made_at).strftime("%d %b %Y %H:%M"), token.name
            )
    table_console().print(
        table if table.row_count else "There are no tokens; `monitor token new --scope read` makes one."
    )


@token_app.command("remove")
def remove(
    number: Annotated[int, typer.Argument(help="Number of the token, as `monitor token list` shows it.")],
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Remove a token: whoever has it is let in no more, from the next request on."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.tokens import remove_token

    with Store(load_settings(config, store=store).store) as opened:
        remove_token(opened, number)
