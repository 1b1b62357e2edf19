"""What `monitor run` prints at its end: emotion shares and measures of each source, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from monitor.store.run_summary import OfSubjects

if TYPE_CHECKING:
    from rich.table import Table

MOST_SUBJECTS = 20
"""Rows of a table; a door camera sees thousands of people."""
TOGETHER = ("all", "frame")
"""Of whom a table of measures tells: all people together, or the whole frame."""


def print_summary(sources: list[dict[str, Any]], session: int, store: str) -> None:
    """The tables of each source, and how to go on with the session."""
    from monitor.settings import Settings
    from monitor.views.console import table_console
    from monitor.views.counts import number_of

    console = table_console()
    for source in sources:
        facts = (
            f"{source['seconds']:.1f} s, {number_of(source['frames_sampled'], 'sample')}, "
            f"{source['realtime_factor']:.1f}x real time"
        )
        console.print(f"[bold]{escape(source['name'])}[/bold]: {facts}", highlight=False)
        for analyzer, shares in source["shares"].items():
            if not shares:
                console.print(f"{analyzer}: nobody was seen")
                continue
            console.print(shares_table(analyzer, shares))
            if len(shares) > MOST_SUBJECTS:
                more = len(shares) - MOST_SUBJECTS
                others = "1 other" if more == 1 else f"{more:,} others"
                console.print(f"and {others}, seen more briefly; `monitor export {session}` has all", highlight=False)
        for analyzer, measures in source["measures"].items():
            table = measures_table(analyzer, measures)
            if table.row_count:
                console.print(table)
    where = "" if store == Settings.model_fields["store"].default else f" --store {store}"
    console.print(escape(f"session {session}; `monitor report {session}{where}` writes it as a page"), highlight=False)


def shares_table(analyzer: str, shares: OfSubjects) -> Table:
    """A row for each of the first MOST_SUBJECTS subjects, a column per label, in percent."""
    labels = list(next(iter(shares.values())))
    table = _table(f"{analyzer}: emotion shares in percent", ["subject", *labels])
    for subject, row in list(shares.items())[:MOST_SUBJECTS]:
        counts = any(row.values())  # of somebody seen badly throughout, nothing counts
        table.add_row(subject, *(f"{100 * row[label]:.1f}" if counts else "\N{EN DASH}" for label in labels))
    return table


def measures_table(analyzer: str, measures: OfSubjects) -> Table:
    """A row per measure, of all people together or of the whole frame; empty where nothing was measured."""
    table = _table(f"{analyzer}: measures", ["measure", "mean", "standard deviation", "least", "most"])
    of: Mapping[str, Any] = next((measures[subject] for subject in TOGETHER if subject in measures), {})
    for name, row in of.items():
        cells = (f"{row[key]:.4g}" if key in row else "" for key in ("mean", "std", "low", "high"))
        table.add_row(name.replace("_", " "), *cells)
    return table


def _table(title: str, heads: list[str]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    # without padding at the edges eight labels fit into 80 columns
    table = Table(
        title=title,
        title_justify="left",
        min_width=len(title),
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    return table
