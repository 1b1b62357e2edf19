"""What `monitor train face-expression` and `monitor evaluate face-expression` take, and print at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError

SHIPPED = "the shipped model"


def train_face_expression(
    data: Annotated[Path, typer.Option(help="Folder of FER+: fer2013new.csv and the three folders of pictures.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, cached face meshes, log and artifact.")],
    epochs: Annotated[int, typer.Option(min=1)] = 40,
    minutes: Annotated[float | None, typer.Option(help="End after this much training at the latest.")] = None,
    batch_size: Annotated[int, typer.Option(min=2)] = 128,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    width: Annotated[int, typer.Option(min=1, help="Channels of the network's first stage.")] = 40,
    resume: Annotated[bool, typer.Option(help="Continue the run whose last checkpoint lies in --out.")] = False,
    accelerator: Annotated[str, typer.Option(help="As Lightning names it: auto, cpu, gpu.")] = "auto",
) -> None:
    """Train the face emotion model on FER+, and write its artifact to OUT/artifact."""
    _need("train")
    from monitor_train.face_expression import Settings, train

    settings = Settings(epochs=epochs, minutes=minutes, batch_size=batch_size, seed=seed, width=width)
    artifact = train(data, out, settings, resume=resume, accelerator=accelerator)
    _print(json.loads((artifact / "manifest.json").read_bytes())["metrics"])
    typer.echo(f"artifact: {artifact}")


def evaluate_face_expression(
    data: Annotated[Path, typer.Option(help="Folder of FER+.")],
    artifact: Annotated[Path | None, typer.Option(help="Folder of the model.", show_default=SHIPPED)] = None,
    robustness: Annotated[bool, typer.Option(help="Also measure on pictures as bad as a camera's.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a face emotion model on the test set of FER+, one face at a time."""
    _need("evaluate")
    from monitor_face.expression import SHIPPED as OWN
    from monitor_train.evaluate import evaluate

    figures = evaluate(artifact or OWN, data, robustness=robustness)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        _print(figures)


def _need(what: str) -> None:
    """Raises ConfigError where the packages of the `train` extra are missing."""
    import importlib.util

    missing = [name for name in ("lightning", "onnx", "sklearn", "torch") if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(f"`monitor {what}` needs {', '.join(missing)}: pip install 'emotion-monitor[train]'")


def _print(figures: dict[str, object]) -> None:
    from rich.console import Console

    from monitor_train.tables import confusion_table, figure_table

    console = Console()
    console.print(figure_table(figures))
    if "confusion" in figures:
        console.print(confusion_table(figures))
