"""Tables on standard output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

WIDE = 200
"""Columns of text where the output is not a terminal, so that nothing is cut."""


def new_table(*heads: str) -> Table:
    """An empty table with these headings; every column but those of words is set to the right."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for head in heads:
        table.add_column(head, justify="left" if head in ("Label", "Tier", "Note") else "right", no_wrap=True)
    return table


def print_table(table: Table) -> None:
    from rich.console import Console

    console = Console()
    (console if console.is_terminal else Console(width=WIDE)).print(table)


def print_frame(frame: pd.DataFrame, measures: Sequence[str] = ()) -> None:
    """A table of a study, as its report writes it."""
    from monitor_studies.table_text import as_text

    shown = as_text(frame, measures)
    table = new_table(*shown.columns)
    for row in shown.itertuples(index=False):
        table.add_row(*row)
    print_table(table)
