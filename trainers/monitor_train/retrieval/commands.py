"""What `monitor train`, `monitor evaluate` and `monitor ablation` take for affective retrieval, and print at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor_train.pictures.options import AsJson, Model, RuntimeName, command, comparison_run, profile_options
from monitor_train.pictures.settings import Convention, Run
from monitor_train.pictures.splits import DataSet
from monitor_train.pictures.terminal import print_figures, report
from monitor_train.retrieval.profile import PROFILES, Settings

Layout = Literal["fi", "emotionroi", "emotion6", "artphoto", "abstract", "iapsa", "list", "folders"]
PROFILE = "MobileNetV2 at 144 pixels, or GoogLeNet at 224."


@dataclass(frozen=True)
class Feelings(DataSet):
    """Pictures with emotions."""

    format: Annotated[Layout, typer.Option(help="How the pictures and their labels lie in --data.")]


@command(source=Feelings, settings=profile_options(PROFILES, PROFILE), run=Run)
def train_affective_retrieval(
    source: DataSet,
    settings: Settings,
    run: Run,
    teacher: Annotated[
        list[str] | None,
        typer.Option(help="Folder of an earlier training whose answers to learn instead of labels. May be repeated."),
    ] = None,
) -> None:
    """Train the model of similar moments on pictures with emotions, and write its artifact to OUT/artifact."""
    from monitor_train.retrieval.affective import train

    report(train(source, replace(settings, teachers=tuple(teacher or ())), run))


@command(source=Feelings)
def evaluate_affective_retrieval(
    source: DataSet,
    artifact: Model = None,
    against: Annotated[Path | None, typer.Option(help="Another model, to compare with on the same pictures.")] = None,
    features: Annotated[
        str | None,
        typer.Option(help="Also measure an untrained MobileNetV2 with these weights: imagenet, or a file."),
    ] = None,
    convention: Annotated[Convention, typer.Option(help="How these weights saw pictures.")] = "torchvision",
    tsne: Annotated[Path | None, typer.Option(help="Draw a map of the vectors by t-SNE to this PNG file.")] = None,
    runtime: RuntimeName = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a model of similar moments on the test pictures of a set, one at a time."""
    from monitor_retrieval.analyzer import SHIPPED as OWN
    from monitor_train.retrieval.evaluate import evaluate

    figures = evaluate(artifact or OWN, source, against, features, convention, tsne, runtime)
    print_figures(figures, as_json=as_json)


@command(source=Feelings, settings=profile_options(PROFILES, PROFILE, but=("metric",)), run=comparison_run)
def ablate_affective_retrieval(
    source: DataSet,
    settings: Settings,
    run: Run,
    also_channels: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Train the sentiment constraints with so many channels too. May be repeated."),
    ] = None,
) -> None:
    """Measure what the sentiment constraints are worth: train without them, with triplets, and with them."""
    from monitor_train.pictures.terminal import print_rows
    from monitor_train.retrieval.comparison import FIGURES, compare, lines

    print_rows(f"{source.format} test", FIGURES, lines(compare(source, settings, run, also_channels or ())))
