"""Tells people that something is compiled, which happens once and takes a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("monitor")


@contextmanager
def build_shown(what: str, *, done: bool) -> Iterator[None]:
    """While inside, `what` and the seconds that have passed stand on standard error; nowhere where it is `done` before.

    Where that is no terminal, one line says that it begins, and one how long it took.
    """
    if done:
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    words = f"{what}; this is done once and may take minutes"
    if not console.is_terminal:
        log.warning("%s", words)
    began = time.monotonic()
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        progress.add_task(words, total=None)
        yield
    log.warning("%s: done in %.0f s", what, time.monotonic() - began)
