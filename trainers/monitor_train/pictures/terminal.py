"""What the commands of all trainers share: the check for their packages, progress, and figures as tables or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import typer

from monitor.errors import ConfigError
from monitor_train.pictures.tables import percent

Step = TypeVar("Step")
PACKAGES = (
    "lightning",
    "matplotlib",
    "onnx",
    "pytorch_metric_learning",
    "safetensors",
    "sklearn",
    "timm",
    "torch",
    "torchmetrics",
    "torchvision",
)


def need() -> None:
    """Raises ConfigError where packages of the `train` extra are missing."""
    import importlib.util

    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(f"training and measuring need {', '.join(missing)}: pip install 'emotion-monitor[train]'")


def print_figures(figures: dict[str, Any], *, as_json: bool = False) -> None:
    """Print figures as one JSON object, or as tables with the confusion matrix where there is one."""
    if as_json:
        typer.echo(json.dumps(figures))
        return
    from rich.console import Console

    from monitor_train.pictures.tables import confusion_table, figure_table

    console = Console()
    console.print(figure_table(figures))
    if "confusion" in figures:
        console.print(confusion_table(figures))


def print_rows(title: str, figures: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table whose first column, called `title`, names each row and whose others are `figures`."""
    from rich.console import Console
    from rich.table import Column, Table

    table = Table(Column(title, overflow="fold"), *figures)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def print_over_draws(title: str, rows: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Print a table of shares with their intervals; `rows`: name, in the column `title`, -> figure -> both."""
    figures = list(next(iter(rows.values())))
    shown = [(name, *(percent(*row[each]) for each in figures)) for name, row in rows.items()]
    print_rows(title, [f"{each.replace('_', ' ')}, %" for each in figures], shown)


def progress(steps: Iterable[Step], title: str, total: int) -> Iterable[Step]:
    """`steps` with a progress bar on standard error: standard output belongs to the figures."""
    from rich.console import Console
    from rich.progress import track

    return track(steps, title, total, console=Console(stderr=True), transient=True)


def report(artifact: Path) -> None:
    """Print the figures in the manifest of a new artifact, and where it is."""
    print_figures(json.loads((artifact / "manifest.json").read_bytes())["metrics"])
    typer.echo(f"artifact: {artifact}")
