"""What LanceDB and the disk raise, as one line that names the folder and says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import MonitorError
from monitor.store.database import first_line

READING = ("cannot be read", "if the disk is sound, delete that folder: the next run begins a new one")
WRITING = (
    "cannot be written",
    "make room there, or set another folder in config.toml: [options.sinks.similar-moments] path",
)
"""What failed, and what to do about it."""


@contextmanager
def index_errors(folder: Path, doing: tuple[str, str] = READING) -> Iterator[None]:
    """Raises MonitorError in place of what is raised while the index in `folder` is read or written."""
    what, hint = doing
    try:
        yield
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise MonitorError(f"the index of moments in {folder} {what} ({_reason(error)}); {hint}") from error


def _reason(error: BaseException) -> str:
    """What LanceDB says, without the line of its source code."""
    return re.sub(r"^lance error: |LanceError\(\w+\): |,? ?/\S+\.rs:\d+(:\d+)?", "", first_line(error))
