"""What a person at the terminal sees while recordings are analysed: how many are done, what runs, how long it takes."""

from __future__ import annotations

import time
from typing import Self

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from monitor.store import Store, queue
from monitor.store.queue import Progress, Recording
from monitor.views.clock import clock
from monitor.views.console import table_console

LEAST_DONE = 0.01
"""Share of the work after which the time left is told."""


class BatchProgress:
    """Shows the queue of one recipe on standard error while it is entered; silent where that is no terminal."""

    def __init__(self, store: Store, recipe: str) -> None:
        console = Console(stderr=True)
        self._store, self._recipe = store, recipe
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._began_at = time.monotonic()
        self._ended_before: int | None = None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self) -> None:
        if self._live is not None:
            self._live.update(self._drawn(), refresh=True)

    def _drawn(self) -> RenderableType:
        progress = queue.progress(self._store, self._recipe)
        ended = progress.sizes[queue.DONE] + progress.sizes[queue.FAILED]
        if self._ended_before is None:
            self._ended_before = ended
        left = seconds_left(progress, ended - self._ended_before, time.monotonic() - self._began_at)
        running = queue.recordings(self._store, recipe=self._recipe, state=queue.RUNNING)
        return Group(*(Text(self._line(each), no_wrap=True) for each in running), Text(summary(progress, left)))

    def _line(self, running: Recording) -> str:
        sources = [] if running.session_id is None else self._store.sources(running.session_id)
        where = ""
        for source in sources:
            whole = "" if source.duration_seconds is None else f" of {clock(source.duration_seconds)}"
            where = f"{clock(source.seconds)}{whole}  {source.realtime_factor:.1f}x real time"
        return f"{running.shown_path}  {where}"


def summary(progress: Progress, left_seconds: float | None = None) -> str:
    """How far a queue is, in one line."""
    counts = progress.counts
    states = [queue.DONE, queue.RUNNING, queue.FAILED, queue.WAITING, *([queue.HELD] if counts[queue.HELD] else [])]
    words = ", ".join(f"{counts[state]:,} {state}" for state in states)
    return words if left_seconds is None else f"{words}; about {clock(left_seconds)} left"


def seconds_left(progress: Progress, ended_bytes: int, elapsed_seconds: float) -> float | None:
    """How long the rest takes if bytes go on to be analysed as fast as `ended_bytes` were; None while nobody can say.

    >>> from collections import Counter
    >>> seconds_left(Progress(Counter(), Counter({"done": 250, "waiting": 750})), 250, 60.0)
    180.0
    """
    left = progress.sizes[queue.WAITING] + progress.sizes[queue.RUNNING]
    if ended_bytes <= 0 or ended_bytes < LEAST_DONE * (ended_bytes + left):
        return None
    return elapsed_seconds * left / ended_bytes


def print_failures(store: Store, recipe: str) -> None:
    """A table of what has failed, with the reasons."""
    failed = queue.recordings(store, recipe=recipe, state=queue.FAILED)
    if not failed:
        return
    console = table_console()
    table = Table(title="Failed; `--failed` tries them again", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("recording", overflow="fold")
    table.add_column("reason", overflow="fold")
    for each in failed:
        table.add_row(Text(each.shown_path), Text(each.error or ""))
    console.print(table)
