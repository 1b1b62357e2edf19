"""Figures of an evaluation as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def confusion_table(figures: Mapping[str, Any]) -> Table:
    """The confusion matrix: truth in rows, guesses in columns."""
    table = Table("truth", *figures["labels"], title="pictures by truth and guess")
    for label, row in zip(figures["labels"], figures["confusion"], strict=True):
        table.add_row(label, *map(str, row))
    return table
