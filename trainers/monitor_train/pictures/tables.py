"""Figures of an evaluation as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table


def figure_table(figures: Mapping[str, Any]) -> Table:
    """Every number of `figures` with its name; nested figures under their path."""
    table = Table("figure", "value")
    for name, value in flat(figures):
        table.add_row(name, value)
    return table


def flat(figures: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """(name, value) of all that fits in one row."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}{name}.")
        elif isinstance(value, float):
            yield path + name, f"{value:.4f}"
        elif isinstance(value, list) and value and isinstance(value[0], float):
            yield path + name, " to ".join(f"{each:.4f}" for each in value)
        elif not isinstance(value, list):
            yield path + name, str(value)


def percent(share: float, *interval: float, form: str = ".1f", unit: str = "") -> str:
    """A share in per cent, and its interval where there is one; a `form` with a sign is for differences.

    >>> percent(0.5, 0.4, 0.625, unit=" %"), percent(1.0), percent(0.05, -0.01, 0.11, form="+.1f")
    ('50.0 % (40.0 to 62.5)', '100.0', '+5.0 (-1.0 to +11.0)')
    """
    around = " to ".join(f"{100 * end:{form}}" for end in interval)
    return f"{100 * share:{form}}{unit}" + (f" ({around})" if interval else "")


def markdown_table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def confusion_table(figures: Mapping[str, Any]) -> Table:
    """The confusion matrix: truth in rows, guesses in columns."""
    table = Table("truth", *figures["labels"], title="pictures by truth and guess")
    for label, row in zip(figures["labels"], figures["confusion"], strict=True):
        table.add_row(label, *map(str, row))
    return table
