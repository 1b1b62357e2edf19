"""`monitor sessions`: what the store holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from monitor.store import Session, Source, Store

STATE_STYLES = {"running": "green", "finished": "", "stopped": "", "failed": "red", "interrupted": "yellow"}
COLUMNS: dict[str, Literal["left", "right"]] = {
    "No.": "right",
    "Name": "left",
    "State": "left",
    "Started": "left",
    "Samples": "right",
    "People": "right",
    "Faults": "right",
    "Sources": "left",
}
"""Heading -> alignment."""
MOST = 100
"""Sessions in the table, unless all are asked for."""


def sessions(
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or any SQLAlchemy URL.")] = None,
    whole: Annotated[bool, typer.Option("--all", help=f"All of them, not only the newest {MOST}.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, of all, on standard output.")] = False,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """List the sessions of the store, the newest first."""
    from monitor.settings import load_settings
    from monitor.store import Store

    with Store(load_settings(config, store=store).store) as opened:
        rows = facts(opened, None if whole or as_json else MOST + 1)
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    elif whole or len(rows) <= MOST:
        _print(rows, opened.address)
    else:
        _print(rows[:MOST], opened.address)
        print(f"These are the newest {MOST}; `monitor sessions --all` lists all.", file=sys.stderr)


def facts(store: Store, most: int | None = None) -> list[dict[str, Any]]:
    """What is told of each session, the newest first; of the `most` newest, or of all."""
    sessions = store.sessions() if most is None else store.newest(most)
    first = min((each.id for each in sessions), default=0)
    sources, counts = store.all_sources(first), store.all_counts(first)
    return [_facts(each, sources.get(each.id, []), counts[each.id]) for each in sessions]


def _facts(session: Session, sources: Sequence[Source], counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": session.id,
        "name": session.name,
        "state": session.state,
        "started_at": datetime.fromtimestamp(session.started_at, UTC).isoformat("T", "seconds"),
        "sources": [source.name for source in sources],
        "seconds": max((source.seconds for source in sources), default=0.0),
        "samples": sum(source.frames_sampled for source in sources),
        "people": counts["people"],
        "faults": counts["faults"],
        "analyzers": session.analyzers,
    }


def _print(rows: list[dict[str, Any]], address: str) -> None:
    from rich.measure import measure_renderables

    from monitor.views.console import UNLIMITED, table_console

    console = table_console()
    if not rows:
        console.print(f"The store {address} holds no session yet; `monitor run VIDEO` records one.", markup=False)
        return
    table = _table(rows, str)
    if measure_renderables(console, console.options.update(width=UNLIMITED), [table]).maximum > console.width:
        table = _table(rows, _file_name)
    console.print(table)


def _table(rows: list[dict[str, Any]], shown: Callable[[str], str]) -> Table:
    """A row for each session; `shown` is how the name of a source is written."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for name, align in COLUMNS.items():
        # what does not fit into the terminal goes on in the next line, but of no number and no state
        if name in ("Name", "Sources"):
            table.add_column(name, justify=align, overflow="fold", min_width=len("2026-12-31"))
        else:
            table.add_column(name, justify=align, no_wrap=True)
    for row in rows:
        started = datetime.fromisoformat(row["started_at"]).astimezone()
        table.add_row(
            str(row["id"]),
            Text(row["name"]),
            Text(row["state"], style=STATE_STYLES.get(row["state"], "")),
            started.strftime("%d %b %H:%M" if started.year == datetime.now().year else "%d %b %Y"),
            f"{row['samples']:,}",
            f"{row['people']:,}",
            Text(f"{row['faults']:,}", style="red" if row["faults"] else ""),
            Text(", ".join(map(shown, row["sources"]))),
        )
    return table


def _file_name(source: str) -> str:
    """The name of a file without its folders; the address of a stream as it is.

    >>> _file_name("/recordings/monday/talk.mp4"), _file_name("rtsp://camera.local/door")
    ('…/talk.mp4', 'rtsp://camera.local/door')
    """
    folders, _, name = source.rpartition("/")
    return f"…/{name}" if folders and name and "://" not in source else source
