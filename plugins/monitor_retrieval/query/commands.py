"""`monitor similar QUERY` and `monitor unusual SESSION`."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from monitor.settings import Settings
    from monitor_retrieval.query.result import SearchResult
    from monitor_retrieval.query.search import Scope


Top = Annotated[int, typer.Option(min=1, max=1000, help="Moments to find.")]
MinGap = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="Frames of one source nearer than this are one moment.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a contact sheet: one HTML file.")]
StoreAddress = Annotated[str | None, typer.Option("--store", help="Path of an SQLite file, or any SQLAlchemy URL.")]
Config = Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")]


def similar(
    query: Annotated[
        str,
        typer.Argument(
            help="A picture file; a moment as SESSION@TIME (3@65.5, 3@1:05) or SESSION/SOURCE@TIME; or an emotion."
        ),
    ],
    session: Annotated[
        str | None, typer.Option(help="Look in this session only: its number or name, or `latest`.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Source of SESSION@TIME where the session has several.")] = None,
    library: Annotated[str | None, typer.Option(help="Look in this reference library instead of sessions.")] = None,
    top: Top = 10,
    min_gap: MinGap = 5.0,
    json: Json = False,
    html: Html = None,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Find the moments of all sessions that feel like a picture or like a moment, or have the most of an emotion."""
    from monitor.errors import ConfigError
    from monitor.settings import load_settings
    from monitor_retrieval.index.location import index_folder
    from monitor_retrieval.index.moment_index import MomentIndex
    from monitor_retrieval.query.parse import EmotionQuery, MomentQuery, read_query
    from monitor_retrieval.query.search import Scope, search_emotion, search_like
    from monitor_retrieval.query.sessions import moment_at, session_number

    settings = load_settings(config, store=store)
    index = MomentIndex(index_folder(settings))
    wanted = read_query(query, index.labels)
    if source is not None and not isinstance(wanted, MomentQuery):
        raise ConfigError(f"--source goes with a moment, as in 3@1:05, not with {query!r}")
    number = None if session is None else session_number(session, settings)
    scope = Scope(number, library, top, min_gap)
    if isinstance(wanted, EmotionQuery):
        result = search_emotion(index, wanted.label, scope)
    elif isinstance(wanted, MomentQuery):
        wanted = replace(wanted, source=source or wanted.source)
        result = search_like(index, moment_at(wanted, index, settings), scope)
    else:
        result = _like_picture(wanted.path, settings, scope)
    show(result, settings, json=json, html=html)


def unusual(
    session: Annotated[str, typer.Argument(help="Number or name of a session, or `latest`.")] = "latest",
    top: Top = 10,
    min_gap: MinGap = 5.0,
    json: Json = False,
    html: Html = None,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Find the moments of a session that differ most from what went before."""
    from monitor.settings import load_settings
    from monitor_retrieval.index.location import index_folder
    from monitor_retrieval.index.moment_index import MomentIndex
    from monitor_retrieval.query.search import Scope, search_unusual
    from monitor_retrieval.query.sessions import session_number

    settings = load_settings(config, store=store)
    index = MomentIndex(index_folder(settings))
    result = search_unusual(index, Scope(session=session_number(session, settings), count=top, min_gap_seconds=min_gap))
    show(result, settings, json=json, html=html)


def _like_picture(path: Path, settings: Settings, scope: Scope) -> SearchResult:
    from monitor_retrieval.embedding import embed_picture, make_analyzer
    from monitor_retrieval.index.location import index_folder, model_identity
    from monitor_retrieval.index.moment_index import MomentIndex
    from monitor_retrieval.query.search import search_like

    with closing(make_analyzer(settings)) as analyzer:
        index = MomentIndex(index_folder(settings), model=model_identity(analyzer.artifact))
        return search_like(index, embed_picture(path, path.name, analyzer), scope)


def show(result: SearchResult, settings: Settings, *, json: bool, html: Path | None) -> None:
    """Print a result, and write its contact sheet where one is wanted."""
    from monitor.readout.export import write_file
    from monitor_retrieval.query.contact_sheet import contact_sheet
    from monitor_retrieval.query.sessions import result_with_people, session_names

    names, result = session_names(settings), result_with_people(result, settings)
    if html is not None:
        write_file(html, contact_sheet(result, names))
        print(f"Contact sheet written to {html}", file=sys.stderr)
    if json:
        print(jsonlib.dumps(facts(result, names), indent=2, ensure_ascii=False))
    else:
        print_table(result, names)


def facts(result: SearchResult, names: Mapping[int, str]) -> dict[str, Any]:
    """What `--json` says: numbers and places, no pictures."""
    from monitor_retrieval.moment import LIBRARY

    return {
        "query": result.query,
        "measure": result.measure,
        "moments": [
            {
                "rank": rank,
                "session": None if moment.session == LIBRARY else moment.session,
                "name": names.get(moment.session),
                "library": moment.source if moment.session == LIBRARY else None,
                "source": None if moment.session == LIBRARY else moment.source,
                "file": moment.file,
                "seconds": moment.seconds,
                "distance": moment.distance,
                "novelty": moment.novelty,
                "people": list(moment.people),
                "scores": dict(moment.scores),
            }
            for rank, moment in enumerate(result.moments, 1)
        ],
    }


def print_table(result: SearchResult, names: Mapping[int, str]) -> None:
    """One row per moment."""
    from rich.table import Table
    from rich.text import Text

    from monitor.views.colours import colour
    from monitor.views.console import table_console
    from monitor_retrieval.moment import LIBRARY
    from monitor_retrieval.query.moment_text import strongest, time_code, title

    console = table_console()
    if not result.moments:
        console.print(f"{result.query}: nothing was found.", markup=False, highlight=False)
        return
    table = Table(title=result.query, title_justify="left", box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("", justify="right")
    for heading in ("Session", "Source"):
        table.add_column(heading, overflow="fold")
    table.add_column("Time", justify="right")
    table.add_column(result.measure.capitalize(), justify="right")
    with_people = any(moment.people for moment in result.moments)
    if with_people:
        table.add_column("People", overflow="fold")
    table.add_column("Emotions")
    for rank, moment in enumerate(result.moments, 1):
        emotions = Text()
        for label, share in strongest(moment.scores):
            emotions.append("■ ", style=colour(label)).append(f"{label} {100 * share:.0f} %  ")
        source = "" if moment.session == LIBRARY else moment.source
        where = (title(moment, names), source, time_code(moment))
        people = [Text(", ".join(moment.people))] if with_people else []
        table.add_row(str(rank), *map(Text, where), f"{result.value(moment):.3f}", *people, emotions)
    console.print(table)
