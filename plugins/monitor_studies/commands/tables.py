"""Tables on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

OF_WORDS = ("Label", "Tier", "Note", "Source", "By", "Where", "When", "Name", "Group", "Comparison")
"""Headings of columns that are set to the left, and go on in the next line where the terminal is too narrow."""
SPACE = 2
"""Between two columns."""


def new_table(*heads: str) -> Table:
    """An empty table with these headings; every column but those of words is set to the right."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", padding=(0, SPACE, 0, 0))
    for head in heads:
        words = head in OF_WORDS
        table.add_column(
            head, justify="left" if words else "right", no_wrap=not words or head == "Label", overflow="fold"
        )
    return table


def print_table(table: Table) -> None:
    from monitor.views.console import table_console

    table_console().print(table)


def print_frame(frame: pd.DataFrame, measures: Sequence[str] = ()) -> None:
    """A table of a study, as its report writes it; what does not fit beside each other stands in tables below, which
    begin with the same columns up to the label."""
    from monitor.views.console import table_console
    from monitor_studies.table_text import as_text

    shown = as_text(frame, measures)
    names = list(shown.columns)
    first = names.index("Label") + 1 if "Label" in names else 1
    widths = {name: SPACE + max(len(name), *map(len, shown[name])) for name in names}
    console = table_console()
    room = console.width - sum(widths[name] for name in names[:first])
    for number, part in enumerate(parted(names[first:], widths, room)):
        columns = [*names[:first], *part]
        table = new_table(*columns)
        for row in shown[columns].itertuples(index=False):
            table.add_row(*row)
        if number:
            console.print()
        console.print(table)


def parted(names: Sequence[str], widths: Mapping[str, int], room: int) -> list[list[str]]:
    """The names in their order, in parts that fit into the room, or of one name each; at least one part.

    >>> parted(["Share", "Samples", "Adjusted"], {"Share": 9, "Samples": 9, "Adjusted": 10}, 20)
    [['Share', 'Samples'], ['Adjusted']]
    """
    parts: list[list[str]] = [[]]
    for name in names:
        if parts[-1] and sum(widths[each] for each in [*parts[-1], name]) > room:
            parts.append([])
        parts[-1].append(name)
    return parts
