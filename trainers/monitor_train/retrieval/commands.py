"""What `monitor train` and `monitor evaluate` take for affective retrieval, and print at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor_train.scene.commands import Convention, Data, Epochs, Init, Minutes, Seed
from monitor_train.terminal import Accelerator, Resume, need, print_figures, report

Layout = Literal["fi", "emotionroi", "emotion6", "artphoto", "abstract", "iapsa", "list", "folders"]
AS_PROFILE = "as the profile has it"
Format = Annotated[Layout, typer.Option("--format", help="How the pictures and their labels lie in --data.")]
ProfileName = Annotated[
    Literal["compact", "paper"], typer.Option(help="MobileNetV2 at 144 pixels, or GoogLeNet at 224.")
]
Omega = Annotated[
    float | None, typer.Option(min=0, max=1, help="Share of the metric in the loss.", show_default=AS_PROFILE)
]
Miner = Annotated[
    Literal["random", "hard", "semihard"], typer.Option(help="Which triplets of a batch are learnt from.")
]
Channels = Annotated[
    int | None,
    typer.Option(min=1, help="To which each layer is reduced for the sentiment vector.", show_default=AS_PROFILE),
]
BatchSize = Annotated[int | None, typer.Option(min=2, show_default=AS_PROFILE)]
LearningRate = Annotated[float | None, typer.Option(min=0, show_default=AS_PROFILE)]


def train_affective_retrieval(
    data: Data,
    format: Format,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, log and artifact.")],
    profile: ProfileName = "compact",
    metric: Annotated[
        Literal["sentiment", "triplet", "none"], typer.Option(help="What is learnt of distances, beside the emotions.")
    ] = "sentiment",
    omega: Omega = None,
    miner: Miner = "semihard",
    channels: Channels = None,
    teacher: Annotated[
        list[str] | None,
        typer.Option(help="Folder of an earlier training whose answers to learn instead of labels. May be repeated."),
    ] = None,
    init: Init = "imagenet",
    convention: Convention = "torchvision",
    epochs: Epochs = None,
    minutes: Minutes = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = None,
    seed: Seed = 0,
    resume: Resume = False,
    accelerator: Accelerator = "auto",
) -> None:
    """Train the model of similar moments on pictures with emotions, and write its artifact to OUT/artifact."""
    need("train")
    from monitor_train.retrieval.affective import train
    from monitor_train.retrieval.profile import profile as chosen

    settings = chosen(
        profile,
        metric=metric,
        omega=omega,
        miner=miner,
        channels=channels,
        teachers=tuple(teacher) if teacher else None,
        init=init,
        convention=convention,
        epochs=epochs,
        minutes=minutes,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    )
    report(train(data, format, out, settings, resume=resume, accelerator=accelerator))


def evaluate_affective_retrieval(
    data: Data,
    format: Format,
    artifact: Annotated[
        Path | None, typer.Option(help="Folder of the model.", show_default="the shipped model")
    ] = None,
    against: Annotated[Path | None, typer.Option(help="Another model, to compare with on the same pictures.")] = None,
    features: Annotated[
        str | None,
        typer.Option(help="Also measure an untrained MobileNetV2 with these weights: imagenet, or a file."),
    ] = None,
    convention: Convention = "torchvision",
    tsne: Annotated[Path | None, typer.Option(help="Draw a map of the vectors by t-SNE to this PNG file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a model of similar moments on the test pictures of a set, one at a time."""
    need("evaluate")
    from monitor_retrieval.retrieval import SHIPPED
    from monitor_train.retrieval.evaluate import evaluate

    figures = evaluate(artifact or SHIPPED, data, format, against, features, convention, tsne)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        print_figures(figures)


def train_retrieval_comparison(
    data: Data,
    format: Format,
    out: Annotated[Path, typer.Option(help="Folder for everything; finished trainings in it are not repeated.")],
    profile: ProfileName = "compact",
    omega: Omega = None,
    miner: Miner = "semihard",
    channels: Channels = None,
    also_channels: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Train the sentiment constraints with so many channels too. May be repeated."),
    ] = None,
    init: Init = "imagenet",
    convention: Convention = "torchvision",
    epochs: Epochs = None,
    minutes: Minutes = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = None,
    seed: Seed = 0,
    accelerator: Accelerator = "auto",
) -> None:
    """Measure what the sentiment constraints are worth: train without them, with triplets, and with them."""
    need("train")
    from rich.console import Console
    from rich.table import Column, Table

    from monitor_train.retrieval.comparison import FIGURES, compare, lines
    from monitor_train.retrieval.profile import profile as chosen

    settings = chosen(
        profile,
        omega=omega,
        miner=miner,
        channels=channels,
        init=init,
        convention=convention,
        epochs=epochs,
        minutes=minutes,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    )
    table = Table(Column(f"{format} test", overflow="fold"), *FIGURES)
    for line in lines(compare(data, format, out, settings, also_channels or (), accelerator)):
        table.add_row(*line)
    Console().print(table)
