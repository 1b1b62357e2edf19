"""Where tables are printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

UNLIMITED = 100_000
"""Columns of text where the output is a file or another program: nothing is cut, and no sentence is broken."""


def table_console() -> Console:
    """Standard output: as wide as the terminal, or as wide as the table where it is none."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else UNLIMITED)
