"""`monitor merge-moments`: one index of what several machines have analysed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor_retrieval.query.commands import Config, StoreAddress


def merge_moments(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Indexes of other machines, or copies of them.")
    ],
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Bring the moments that other machines have, each in an index of its own, into that of the store.

    What is there already stays, so that it may be done again and again while a cluster works. Sessions that were
    deleted, and libraries, stay behind.
    """
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.views.counts import number_of
    from monitor_retrieval.index.location import index_folder
    from monitor_retrieval.index.merge import merge
    from monitor_retrieval.library.commands import progress_bar

    settings = load_settings(config, store=store)
    with Store(settings.store) as opened:
        sources = {session: {each.name for each in own} for session, own in opened.all_sources().items()}
    folder = index_folder(settings)
    with progress_bar("bringing moments together") as (progress, task):
        count = merge(folder, folders, sources, watch=lambda fraction: progress.update(task, completed=fraction))
    print(f"{number_of(count, 'moment')} came into {folder}")
