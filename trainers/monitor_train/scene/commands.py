"""What `monitor train` and `monitor evaluate` take for scenes and their teachers, and print at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.errors import ConfigError
from monitor_train.terminal import Accelerator, Resume, need, print_figures, report

Layout = Literal["fi", "emotionroi", "emotion6", "twitter", "oasis", "folders"]
Data = Annotated[Path, typer.Option(help="Folder of the pictures, as it was published.")]
Format = Annotated[Layout, typer.Option("--format", help="How the pictures and their labels lie in --data.")]
Seed = Annotated[int, typer.Option(min=0)]
Minutes = Annotated[float | None, typer.Option(min=0.01, help="End after this much training at the latest.")]
Init = Annotated[str, typer.Option(help="Initial weights: imagenet (downloaded), random, or a file of safetensors.")]
Convention = Annotated[
    Literal["torchvision", "tensorflow"],
    typer.Option(help="How the initial weights saw pictures: mean and padding of torchvision or of TensorFlow."),
]
ProfileName = Annotated[
    Literal["compact", "paper"], typer.Option(help="MobileNetV2 at 144 pixels, or ResNet-101 at 255.")
]
Epochs = Annotated[int | None, typer.Option(min=1, show_default="as the profile has it")]
SegmenterName = Annotated[
    Literal["auto", "detectron2", "maskrcnn", "salient", "file", "whole"],
    typer.Option(help="What finds the regions; auto: detectron2 where it is installed, else maskrcnn."),
]
RegionsFile = Annotated[Path | None, typer.Option(help="JSON file of regions, for --segmenter file.")]
DetectorName = Annotated[Literal["openclip", "bank"], typer.Option(help="What describes a region by pairs.")]
VocabularyFile = Annotated[Path | None, typer.Option(help="List of adjective-noun pairs, for --detector openclip.")]
BankFolder = Annotated[Path | None, typer.Option(help="Folder made by `anp-bank`, for --detector bank.")]
SaliencyName = Annotated[
    Literal["itti", "spectral", "fine"],
    typer.Option(help="Itti, Koch and Niebur's model, or OpenCV's spectral residual or fine grained saliency."),
]
Clip = Annotated[str, typer.Option(help="Architecture, as OpenCLIP names it.")]
ClipWeights = Annotated[str, typer.Option(help="Its weights, as OpenCLIP names them, or a file.")]


def train_scene_sentiment(
    data: Data,
    format: Format,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, log and artifact.")],
    profile: ProfileName = "compact",
    alpha: Annotated[
        float, typer.Option(min=0, help="Weight of the teacher beside the labels; 0 is the network alone.")
    ] = 1.0,
    teacher: Annotated[
        Path | None,
        typer.Option(help="Table of probabilities (.parquet), or the folder of a model.", show_default=False),
    ] = None,
    init: Init = "imagenet",
    convention: Convention = "torchvision",
    epochs: Epochs = None,
    minutes: Minutes = None,
    batch_size: Annotated[int | None, typer.Option(min=2, show_default="as the profile has it")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=0, show_default="as the profile has it")] = None,
    seed: Seed = 0,
    resume: Resume = False,
    accelerator: Accelerator = "auto",
) -> None:
    """Train the scene model on pictures, and write its artifact to OUT/artifact."""
    need("train")
    from monitor_train.scene.profile import profile as chosen
    from monitor_train.scene.sentiment import train

    settings = chosen(
        profile,
        alpha=alpha,
        init=init,
        convention=convention,
        epochs=epochs,
        minutes=minutes,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    )
    artifact = train(data, format, out, settings, teacher=teacher, resume=resume, accelerator=accelerator)
    report(artifact)


def evaluate_scene_sentiment(
    data: Data,
    format: Format,
    artifact: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the model, or a table of probabilities (.parquet).", show_default="the shipped model"
        ),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another model or table, to compare with on the same pictures.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a scene model on the test pictures of a set, one at a time."""
    need("evaluate")
    from monitor_scene.sentiment import SHIPPED
    from monitor_train.scene.evaluate import evaluate

    figures = evaluate(artifact or SHIPPED, data, format, against)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        print_figures(figures)


def train_anp_bank(
    data: Annotated[Path, typer.Option(help="Pictures in folders named adjective_noun, or a set with emotions.")],
    out: Annotated[Path, typer.Option(help="Folder for the bank.")],
    format: Annotated[
        Literal["anps", "fi", "emotionroi", "emotion6", "twitter", "oasis", "folders"],
        typer.Option(
            "--format", help="anps: folders named adjective_noun; else a set whose emotions stand in for pairs."
        ),
    ] = "anps",
    head: Annotated[
        Literal["linear", "network"], typer.Option(help="Train a linear head on frozen features, or the whole network.")
    ] = "linear",
    init: Init = "imagenet",
    convention: Convention = "torchvision",
    epochs: Annotated[int, typer.Option(min=1, help="Of --head network.")] = 20,
    minutes: Minutes = None,
    seed: Seed = 0,
    resume: Resume = False,
    accelerator: Accelerator = "auto",
) -> None:
    """Train detectors of adjective-noun pairs: the bank OUT that `anp-regions --detector bank` takes."""
    need("train")
    if head == "linear":
        from monitor_train.scene.anp_bank import train_linear

        figures = train_linear(data, format, out, init, convention)
    elif format == "anps":
        from monitor_train.scene.anp_network import train_network
        from monitor_train.scene.profile import profile

        settings = profile("compact", init=init, convention=convention, epochs=epochs, minutes=minutes, seed=seed)
        figures = train_network(data, out, settings, resume=resume, accelerator=accelerator)
    else:
        raise ConfigError(f"--head network with --format {format} would see the labels that its teacher is to teach")
    print_figures(dict(figures))


def train_anp_regions(
    data: Data,
    format: Format,
    out: Annotated[Path, typer.Option(help="Folder for what is seen; an interrupted run goes on where it was.")],
    segmenter: SegmenterName = "auto",
    regions: RegionsFile = None,
    detector: DetectorName = "openclip",
    vocabulary: VocabularyFile = None,
    bank: BankFolder = None,
    saliency: SaliencyName = "itti",
    clip: Clip = "ViT-B-32",
    clip_weights: ClipWeights = "laion2b_s34b_b79k",
    init: Init = "imagenet",
    convention: Convention = "torchvision",
) -> None:
    """Look once at every picture: regions, their best adjective-noun pairs, and their share of the saliency."""
    need("train")
    from monitor_train.scene.anp_choice import Choice, looking
    from monitor_train.scene.anp_regions import look

    choice = Choice(segmenter, regions, detector, vocabulary, bank, saliency, clip, clip_weights, init, convention)
    typer.echo(f"{look(data, format, looking(choice, out), out)} regions: {out}")


def train_anp_teacher(
    data: Data,
    format: Format,
    regions: Annotated[Path, typer.Option(help="Folder that `monitor train anp-regions` has filled.")],
    out: Annotated[Path, typer.Option(help="Folder for the table teacher.parquet.")],
    epochs: Annotated[int, typer.Option(min=1)] = 5,
    seed: Seed = 0,
) -> None:
    """Train the teacher, Multi-Region SentiBank, and write what it says of every picture to OUT/teacher.parquet."""
    need("train")
    from monitor_train.scene.anp_teacher import TABLE, Settings, train

    print_figures(dict(train(data, format, regions, out, Settings(epochs=epochs, seed=seed))))
    typer.echo(f"table: {out / TABLE}")


def train_scene_comparison(
    data: Data,
    format: Format,
    out: Annotated[Path, typer.Option(help="Folder for everything; finished steps in it are not repeated.")],
    profile: ProfileName = "compact",
    alpha: Annotated[float, typer.Option(min=0, help="Weight of the teacher in the distilled network.")] = 1.0,
    segmenter: SegmenterName = "auto",
    regions: RegionsFile = None,
    detector: DetectorName = "openclip",
    vocabulary: VocabularyFile = None,
    bank: BankFolder = None,
    saliency: SaliencyName = "itti",
    clip: Clip = "ViT-B-32",
    clip_weights: ClipWeights = "laion2b_s34b_b79k",
    init: Init = "imagenet",
    convention: Convention = "torchvision",
    epochs: Epochs = None,
    minutes: Minutes = None,
    seed: Seed = 0,
    accelerator: Accelerator = "auto",
) -> None:
    """Measure what distillation is worth: train teacher, network alone and network distilled, and compare all three."""
    need("train")
    from rich.console import Console
    from rich.table import Column, Table

    from monitor_train.scene import anp_teacher
    from monitor_train.scene.anp_choice import Choice
    from monitor_train.scene.comparison import FIGURES, compare, lines
    from monitor_train.scene.profile import profile as chosen

    choice = Choice(segmenter, regions, detector, vocabulary, bank, saliency, clip, clip_weights, init, convention)
    student = chosen(profile, alpha=alpha, init=init, convention=convention, epochs=epochs, minutes=minutes, seed=seed)
    teacher = anp_teacher.Settings(seed=seed)
    table = Table(Column(f"{format} test", overflow="fold"), *FIGURES)
    for line in lines(compare(data, format, out, choice, teacher, student, accelerator)):
        table.add_row(*line)
    Console().print(table)
