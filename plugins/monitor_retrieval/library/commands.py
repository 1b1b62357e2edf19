"""`monitor library add`, `list`, `remove` and `rebuild`."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor_retrieval.query.commands import Config, StoreAddress

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

library_app = typer.Typer(
    help="Keep folders of pictures as reference libraries for `monitor similar --library`.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="Name of a library.")]


@library_app.command("add")
def add(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of pictures.")],
    name: Annotated[str | None, typer.Option(help="Name of the library; by default the folder's.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of the library of that name.")] = False,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Look at the pictures of a folder and keep them as a library. Those that cannot be read are named and left out."""
    from monitor.settings import load_settings
    from monitor.views.counts import number_of
    from monitor_retrieval.embedding import make_analyzer
    from monitor_retrieval.index.location import index_folder, model_identity
    from monitor_retrieval.index.moment_index import MomentIndex
    from monitor_retrieval.library.folders import add_library

    settings = load_settings(config, store=store)
    with closing(make_analyzer(settings)) as analyzer, progress_bar("looking at pictures") as (progress, task):
        index = MomentIndex(index_folder(settings), model=model_identity(analyzer.artifact), create=True)
        added = add_library(
            folder,
            name or folder.resolve().name,
            index,
            analyzer,
            replace=replace,
            watch=lambda fraction: progress.update(task, completed=fraction),
        )
    left_out = f"; {added.unreadable} cannot be read" if added.unreadable else ""
    print(f"library {added.name}: {number_of(added.pictures, 'picture')} added{left_out}")


@library_app.command("list")
def list_libraries(
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")] = False,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """List the libraries."""
    from rich.table import Table
    from rich.text import Text

    from monitor.settings import load_settings
    from monitor.views.console import table_console
    from monitor_retrieval.index.location import index_folder
    from monitor_retrieval.index.moment_index import MomentIndex

    folder = index_folder(load_settings(config, store=store))
    libraries = MomentIndex(folder).libraries() if folder.is_dir() else {}
    if json:
        print(jsonlib.dumps([{"name": name, "pictures": count} for name, count in libraries.items()], indent=2))
    elif not libraries:
        print("There is no library yet; `monitor library add DIR` makes one.")
    else:
        table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
        table.add_column("Library")
        table.add_column("Pictures", justify="right")
        for name, count in libraries.items():
            table.add_row(Text(name), f"{count:,}")
        table_console().print(table)


@library_app.command("remove")
def remove(name: Name, store: StoreAddress = None, config: Config = None) -> None:
    """Take a library out of the index; the pictures themselves stay where they are."""
    from monitor.settings import load_settings
    from monitor.views.counts import number_of
    from monitor_retrieval.index.location import index_folder
    from monitor_retrieval.index.moment_index import MomentIndex
    from monitor_retrieval.library.folders import remove_library

    count = remove_library(name, MomentIndex(index_folder(load_settings(config, store=store))))
    print(f"library {name}: {number_of(count, 'picture')} removed")


@library_app.command("rebuild")
def rebuild_index(store: StoreAddress = None, config: Config = None) -> None:
    """Let the present model look again at all moments, those of sessions too: after a change of model.

    It sees the small pictures that the index keeps, so its vectors are close to those of the frames, not the same.
    """
    from monitor.settings import load_settings
    from monitor.views.counts import number_of
    from monitor_retrieval.embedding import make_analyzer
    from monitor_retrieval.index.location import index_folder
    from monitor_retrieval.index.rebuild import rebuild

    settings = load_settings(config, store=store)
    with closing(make_analyzer(settings)) as analyzer, progress_bar("looking again") as (progress, task):
        count = rebuild(
            index_folder(settings), analyzer, watch=lambda fraction: progress.update(task, completed=fraction)
        )
    print(f"looked at {number_of(count, 'moment')} again")


@contextmanager
def progress_bar(what: str) -> Iterator[tuple[Progress, TaskID]]:
    """A bar from 0 to 1 on standard error; silent where that is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        yield progress, progress.add_task(what, total=1.0)
