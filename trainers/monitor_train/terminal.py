"""What the commands of all trainers share: options, the check for their packages, and figures as tables."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from monitor.errors import ConfigError

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

Accelerator = Annotated[str, typer.Option(help="As Lightning names it: auto, cpu, gpu.")]
Resume = Annotated[bool, typer.Option(help="Continue the run whose last checkpoint lies in --out.")]


def need(what: str) -> None:
    """Raises ConfigError where packages of the `train` extra are missing for `monitor WHAT`."""
    import importlib.util

    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(f"`monitor {what}` needs {', '.join(missing)}: pip install 'emotion-monitor[train]'")


def print_figures(figures: dict[str, object]) -> None:
    """Print figures, and the confusion matrix where there is one, as tables."""
    from rich.console import Console

    from monitor_train.tables import confusion_table, figure_table

    console = Console()
    console.print(figure_table(figures))
    if "confusion" in figures:
        console.print(confusion_table(figures))


def progress(steps: Iterable[Step], title: str, total: int) -> Iterable[Step]:
    """`steps` with a progress bar on standard error: standard output belongs to the figures."""
    from rich.console import Console
    from rich.progress import track

    return track(steps, title, total, console=Console(stderr=True), transient=True)


def report(artifact: Path) -> None:
    """Print the figures in the manifest of a new artifact, and where it is."""
    print_figures(json.loads((artifact / "manifest.json").read_bytes())["metrics"])
    typer.echo(f"artifact: {artifact}")
