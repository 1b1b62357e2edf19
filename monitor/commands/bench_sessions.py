"""`monitor bench-sessions`: how long lists and the session page take to read in a store of many sessions."""

from __future__ import annotations

import json as jsonlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from monitor.store import Session, Store

TIMES = 15
"""How often each is read, each time of another session."""
PEOPLE_ON_A_PAGE, RECORDINGS_ON_A_PAGE = 50, 200
"""As the pages have them."""


def bench_sessions(
    count: Annotated[int, typer.Option("--sessions", min=1, help="How many made-up sessions there are to be.")] = 1000,
    hours: Annotated[float, typer.Option(min=0.01, help="Length of each.")] = 1.0,
    store: Annotated[
        str | None,
        typer.Option(help="Database to measure in, where the sessions stay, or already are; by default a new file."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Fill a store with made-up sessions, then measure what reading lists and a session's page costs.

    One session is recorded and copied inside the database. Each list is read fifteen times; of a session page,
    everything that it reads of fifteen sessions, which are not in the memory of this process before. Wall clock and
    processor time of this process; where the database is a server, its own is not in the latter.
    """
    from rich.console import Console
    from rich.progress import Progress

    from monitor.store import Store
    from monitor.testing.many_sessions import fill

    console = Console(stderr=True)

    with tempfile.TemporaryDirectory(prefix="monitor-bench-sessions-") as folder:
        with Store(store or str(Path(folder) / "bench.db"), create=True) as opened:
            with Progress(console=console, disable=not console.is_terminal) as progress:
                task = progress.add_task("Made-up sessions", total=count)
                fill(opened, count, hours, lambda number: progress.update(task, completed=number))
            analyze(opened)
        with Store(store or str(Path(folder) / "bench.db")) as opened:
            result: dict[str, Any] = {"sessions": count, "hours": hours, **sizes(opened)}
            result["read_ms"] = {name: read_ms(opened, read) for name, read in READ.items()}
    if json:
        print(jsonlib.dumps(result))
    else:
        print_table(result)


def analyze(store: Store) -> None:
    """Have the database count what it holds, as servers do by themselves in time."""
    with store.errors(), store.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def sizes(store: Store) -> dict[str, Any]:
    """How many samples and observations there are, and the bytes of the whole database."""
    import sqlalchemy as sa

    from monitor.store import tables

    counts = {}
    for table in (tables.samples, tables.observations):
        row = store.row(sa.select(sa.func.count().label("count")).select_from(table))
        counts[table.name] = int((row or {"count": 0})["count"])
    if store.url.get_backend_name() == "sqlite":
        size = Path(store.address).stat().st_size
    else:
        row = store.row(sa.select(sa.func.pg_database_size(sa.func.current_database()).label("size")))
        size = int((row or {"size": 0})["size"])
    return {**counts, "bytes": size}


def list_of_sessions(store: Store, _: Session) -> None:
    """What the picker of a page reads."""
    store.sessions()


def table_of_sessions(store: Store, _: Session) -> None:
    """What `monitor sessions` reads."""
    from monitor.commands.sessions import facts

    facts(store)


def archive(store: Store, _: Session) -> None:
    """What the page Archive reads."""
    from monitor.store import queue

    queue.progress(store)
    for state in (queue.RUNNING, queue.FAILED):
        queue.recordings(store, state=state)
    queue.newest(store, RECORDINGS_ON_A_PAGE)


def session_page(store: Store, session: Session) -> None:
    """What the page of a session reads, with all analyzers and the whole of it shown."""
    from monitor.readout import evidence, marked
    from monitor.readout.shown import Shown
    from monitor.store.shots import cuts

    (source,) = store.sources(session.id)
    evidence.gathered(store, Shown(store), session, source, session.analyzers)
    gaps = store.gaps(session, source_id=source.id)
    store.faults(session, source_id=source.id)
    whole = source.seconds + session.every_seconds
    cuts(store, session.id, source.id, (0.0, whole))
    marked.holes(gaps, source, marked.of_source(store, source), whole)
    store.names(source.id)
    there: dict[str, Any] = {"source_id": source.id, "start_seconds": 0.0, "end_seconds": whole}
    store.count_people(session, **there)
    store.people(session, **there, most=PEOPLE_ON_A_PAGE)


READ: dict[str, Callable[[Store, Session], None]] = {
    "list of sessions": list_of_sessions,
    "monitor sessions": table_of_sessions,
    "page Archive": archive,
    "session page": session_page,
}


def read_ms(store: Store, read: Callable[[Store, Session], None]) -> dict[str, float]:
    """Median and slowest wall clock, and median processor time, in milliseconds, of sessions spread over the store."""
    sessions = store.sessions()
    chosen = [sessions[len(sessions) * number // TIMES] for number in range(TIMES)]
    read(store, sessions[-1])
    wall, processor = [], []
    for session in chosen:
        began, used = time.perf_counter(), time.process_time()
        read(store, session)
        wall.append(1e3 * (time.perf_counter() - began))
        processor.append(1e3 * (time.process_time() - used))
    return {"median": median(wall), "slowest": max(wall), "processor": median(processor)}


def print_table(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    observations = f"{result['observations'] / 1e6:,.1f} million observations"
    title = f"{result['sessions']:,} sessions of {result['hours']:g} hours, {observations}"
    table = Table("", "median", "slowest", "processor", title=title, title_justify="left")
    for name, measured in result["read_ms"].items():
        table.add_row(name, *(f"{measured[each]:.0f} ms" for each in ("median", "slowest", "processor")))
    table.add_row("database", f"{result['bytes'] / 1e9:.2f} GB", "", "")
    Console().print(table)
