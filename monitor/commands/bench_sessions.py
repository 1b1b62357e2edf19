"""`monitor bench-sessions`: how long lists and the pages of the dashboard take in a store of many sessions."""

from __future__ import annotations

import json as jsonlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.errors import MonitorError
from monitor.plugin import Page

if TYPE_CHECKING:
    from monitor.store import Session, Store

TIMES = 15
"""How often each is read, each time of another session."""
PATIENCE_SECONDS = 300.0
"""For the drawing of one page."""
PAGES: dict[str, Page] = {}
"""Those that plugins register."""


def bench_sessions(
    count: Annotated[int, typer.Option("--sessions", min=1, help="How many made-up sessions there are to be.")] = 1000,
    hours: Annotated[float, typer.Option(min=0.01, help="Length of each.")] = 1.0,
    store: Annotated[
        str | None,
        typer.Option(help="Database to measure in, where the sessions stay, or already are; by default a new file."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Fill a store with made-up sessions, then measure what lists and each page of the dashboard cost.

    One session is recorded and copied inside the database. Each list is read fifteen times, and each page, as it opens,
    is drawn of fifteen sessions, which are not in the memory of this process before. Wall clock and processor time of
    this process, and what of the latter goes into reading; where the database is a server, its own is not in it.
    """
    from rich.console import Console
    from rich.progress import Progress
    from streamlit.logger import set_log_level

    from monitor.plugin.registry import plugins_in_use
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
            result["read_ms"] = {name: read_ms(opened, read) for name, read in LISTS.items()}
            set_log_level("ERROR")  # Streamlit wonders that no server runs
            with environment("MONITOR_STORE", opened.address if store is None else store):
                PAGES.update((name, page.thing) for name, page in plugins_in_use().pages.items())
                for name, page in PAGES.items():
                    result["read_ms"][f"page {page.title}"] = read_ms(opened, partial(draw, name))
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
    from monitor.commands.sessions import MOST, facts

    facts(store, MOST)


LISTS: dict[str, Callable[[Store, Session], None]] = {
    "list of sessions, as pages have it": list_of_sessions,
    "monitor sessions": table_of_sessions,
}


def draw(page: str, _: Store, session: Session) -> None:
    """Draw a page as Streamlit does where its address names the session. Raises MonitorError where it fails."""
    from streamlit.testing.v1 import AppTest

    script = f"from monitor.commands.bench_sessions import draw_here\ndraw_here({page!r})"
    drawn = AppTest.from_string(script, default_timeout=PATIENCE_SECONDS)
    drawn.query_params["session"] = str(session.id)
    drawn.run()
    for problem in (*drawn.exception, *drawn.error):
        raise MonitorError(f"page {page}: {problem.value}")


def draw_here(page: str) -> None:
    """What Streamlit runs for a page, in a thread of its own."""
    PAGES[page].draw()


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """With a variable in the environment, as `monitor dashboard` has it."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        os.environ |= {} if before is None else {name: before}


@contextmanager
def reading_timed() -> Iterator[list[float]]:
    """What comes has, while inside, the processor seconds of each read of a store, whichever thread has it."""
    from monitor.store.database import Database

    rows, spent = Database.rows, list[float]()

    def timed(database: Database, query: Any) -> list[dict[str, Any]]:
        began = time.thread_time()
        try:
            return rows(database, query)
        finally:
            spent.append(time.thread_time() - began)

    Database.rows = timed  # type: ignore[method-assign, assignment]
    try:
        yield spent
    finally:
        Database.rows = rows  # type: ignore[method-assign]


def read_ms(store: Store, read: Callable[[Store, Session], None]) -> dict[str, float]:
    """Milliseconds for sessions spread over the store: median and slowest wall clock, median processor time, and median
    of that which goes into reading."""
    sessions = store.sessions()
    chosen = [sessions[len(sessions) * number // TIMES] for number in range(TIMES)]
    read(store, sessions[-1])
    wall, processor, reading = [], [], []
    for session in chosen:
        with reading_timed() as spent:
            began, used = time.perf_counter(), time.process_time()
            read(store, session)
            wall.append(1e3 * (time.perf_counter() - began))
            processor.append(1e3 * (time.process_time() - used))
        reading.append(1e3 * sum(spent))
    middle = {"median": wall, "processor": processor, "reading": reading}
    return {"slowest": max(wall)} | {name: median(times) for name, times in middle.items()}


def print_table(result: dict[str, Any]) -> None:
    from rich.table import Table

    from monitor.views.console import table_console

    observations = f"{result['observations'] / 1e6:,.1f} million observations"
    title = f"{result['sessions']:,} sessions of {result['hours']:g} hours, {observations}"
    table = Table("", "median", "slowest", "processor", "of it reading", title=title, title_justify="left")
    for name, measured in result["read_ms"].items():
        table.add_row(name, *(f"{measured[each]:.0f} ms" for each in ("median", "slowest", "processor", "reading")))
    table.add_row("database", f"{result['bytes'] / 1e9:.2f} GB", "", "", "")
    table_console().print(table)
