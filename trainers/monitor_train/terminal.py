"""What the commands of all trainers share: the check for their packages, and figures as tables."""

from __future__ import annotations

from monitor.errors import ConfigError

PACKAGES = ("lightning", "matplotlib", "onnx", "safetensors", "sklearn", "timm", "torch", "torchmetrics", "torchvision")


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
