"""What `monitor train` and `monitor evaluate` take for scenes and their teachers, and print at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from monitor.errors import ConfigError

Layout = Literal["fi", "emotionroi", "emotion6", "twitter", "oasis", "folders"]
Data = Annotated[Path, typer.Option(help="Folder of the pictures, as it was published.")]
Format = Annotated[Layout, typer.Option("--format", help="How the pictures and their labels lie in --data.")]
Accelerator = Annotated[str, typer.Option(help="As Lightning names it: auto, cpu, gpu.")]
Resume = Annotated[bool, typer.Option(help="Continue the run whose last checkpoint lies in --out.")]
Seed = Annotated[int, typer.Option(min=0)]
Minutes = Annotated[float | None, typer.Option(min=0.01, help="End after this much training at the latest.")]
Init = Annotated[str, typer.Option(help="Initial weights: imagenet (downloaded), random, or a file of safetensors.")]
Convention = Annotated[
    Literal["torchvision", "tensorflow"],
    typer.Option(help="How the initial weights saw pictures: mean and padding of torchvision or of TensorFlow."),
]


def train_scene_sentiment(
    data: Data,
    format: Format,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, log and artifact.")],
    profile: Annotated[
        Literal["compact", "paper"], typer.Option(help="MobileNetV2 at 144 pixels, or ResNet-101 at 255.")
    ] = "compact",
    alpha: Annotated[
        float, typer.Option(min=0, help="Weight of the teacher beside the labels; 0 is the network alone.")
    ] = 1.0,
    teacher: Annotated[
        Path | None,
        typer.Option(help="Table of probabilities (Parquet), or the folder of a model.", show_default=False),
    ] = None,
    init: Init = "imagenet",
    convention: Convention = "torchvision",
    epochs: Annotated[int | None, typer.Option(min=1, show_default="as the profile has it")] = None,
    minutes: Minutes = None,
    batch_size: Annotated[int | None, typer.Option(min=2, show_default="as the profile has it")] = None,
    seed: Seed = 0,
    resume: Resume = False,
    accelerator: Accelerator = "auto",
) -> None:
    """Train the scene model on pictures, and write its artifact to OUT/artifact."""
    need("train")
    from monitor_train.scene_profile import profile as chosen
    from monitor_train.scene_sentiment import train

    settings = chosen(
        profile,
        alpha=alpha,
        init=init,
        convention=convention,
        epochs=epochs,
        minutes=minutes,
        batch_size=batch_size,
        seed=seed,
    )
    artifact = train(data, format, out, settings, teacher=teacher, resume=resume, accelerator=accelerator)
    show(json.loads((artifact / "manifest.json").read_bytes())["metrics"])
    typer.echo(f"artifact: {artifact}")


def evaluate_scene_sentiment(
    data: Data,
    format: Format,
    artifact: Annotated[
        Path | None,
        typer.Option(help="Folder of the model, or a table of probabilities.", show_default="the shipped model"),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another model or table, to compare with on the same pictures.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a scene model on the test pictures of a set, one at a time."""
    need("evaluate")
    from monitor_scene.sentiment import SHIPPED
    from monitor_train.scene_evaluate import evaluate

    figures = evaluate(artifact or SHIPPED, data, format, against)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        show(figures)


def need(what: str) -> None:
    """Raises ConfigError where the packages of the `train` extra are missing."""
    import importlib.util

    needed = ("lightning", "onnx", "safetensors", "sklearn", "torch", "torchvision")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(f"`monitor {what}` needs {', '.join(missing)}: pip install 'emotion-monitor[train]'")


def show(figures: dict[str, Any]) -> None:
    """Print figures as a table."""
    from rich.console import Console
    from rich.table import Table

    from monitor_train.scene_measures import LABELS
    from monitor_train.tables import figure_table

    console = Console()
    console.print(figure_table(figures))
    if "confusion" in figures:
        table = Table("truth", *LABELS, title="pictures by truth and answer")
        for label, row in zip(LABELS, figures["confusion"], strict=True):
            table.add_row(label, *map(str, row))
        console.print(table)
