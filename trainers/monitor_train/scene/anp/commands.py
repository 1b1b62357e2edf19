"""What the commands of the scene model's teacher take: its bank of detectors, the regions it reads, and its training.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.errors import ConfigError
from monitor_train.pictures.options import Given, changes, command
from monitor_train.pictures.settings import PictureSettings, Run, Seed
from monitor_train.pictures.splits import DataSet
from monitor_train.pictures.terminal import print_figures
from monitor_train.scene.anp.options import Choice, Layout, Scenes

STEPS = ("epochs", "minutes", "batch_size", "learning_rate")
"""Of settings, what does not concern a network that stays as it is."""


@command(given=changes({"": PictureSettings()}, but=STEPS[2:]), run=Run)
def train_anp_bank(
    data: Annotated[Path, typer.Option(help="Pictures in folders named adjective_noun, or a set with emotions.")],
    given: Given,
    run: Run,
    format: Annotated[
        Literal["anps", Layout],
        typer.Option(help="anps: folders named adjective_noun; else a set whose emotions stand in for pairs."),
    ] = "anps",
    head: Annotated[
        Literal["linear", "network"], typer.Option(help="Train a linear head on frozen features, or the whole network.")
    ] = "linear",
) -> None:
    """Train detectors of adjective-noun pairs: the bank OUT that `monitor anp regions --detector bank` takes.

    How long and in which order is learnt concerns --head network alone.
    """
    settings = PictureSettings(**given)
    if head == "linear":
        from monitor_train.scene.anp.bank import train_linear

        figures = train_linear(DataSet(data, format), run.out, settings.init, settings.convention)
    elif format == "anps":
        from monitor_train.scene.anp.bank_network import train_bank_network

        figures = train_bank_network(data, settings, run)
    else:
        raise ConfigError(f"--head network with --format {format} would see the labels that its teacher is to teach")
    print_figures(dict(figures))


@command(source=Scenes, choice=Choice, given=changes({"": PictureSettings()}, but=(*STEPS, "seed")))
def find_regions(
    source: DataSet,
    out: Annotated[Path, typer.Option(help="Folder for what is seen; an interrupted run goes on where it was.")],
    choice: Choice,
    given: Given,
) -> None:
    """Look once at every picture: regions, their best adjective-noun pairs, and their share of the saliency."""
    from monitor_train.scene.anp.choice import region_describer
    from monitor_train.scene.anp.region_table import describe_regions

    describer = region_describer(replace(choice, **given), out)
    typer.echo(f"{describe_regions(source, describer, out)} regions: {out}")


@command(source=Scenes)
def train_anp_teacher(
    source: DataSet,
    regions: Annotated[Path, typer.Option(help="Folder that `monitor anp regions` has filled.")],
    out: Annotated[Path, typer.Option(help="Folder for the table teacher.parquet.")],
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training pictures.")] = 5,
    seed: Seed = 0,
) -> None:
    """Train the teacher, Multi-Region SentiBank, and write what it says of every picture to OUT/teacher.parquet."""
    from monitor_train.scene.anp.teacher import TABLE, Settings, train

    print_figures(dict(train(source, regions, out, Settings(epochs=epochs, seed=seed))))
    typer.echo(f"table: {out / TABLE}")
