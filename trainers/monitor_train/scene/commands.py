"""What `monitor train`, `monitor evaluate` and `monitor ablation` take for scenes, and print at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor_train.pictures.options import (
    SHIPPED,
    AsJson,
    Model,
    RuntimeName,
    command,
    comparison_run,
    profile_options,
)
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataSet
from monitor_train.pictures.terminal import print_figures, report
from monitor_train.scene.anp.options import Choice, Scenes
from monitor_train.scene.profile import PROFILES, Settings

PROFILE = profile_options(PROFILES, "MobileNetV2 at 144 pixels, or ResNet-101 at 255.")


@command(source=Scenes, settings=PROFILE, run=Run)
def train_scene_sentiment(
    source: DataSet,
    settings: Settings,
    run: Run,
    teacher: Annotated[
        Path | None,
        typer.Option(help="Table of probabilities (.parquet), or the folder of a model.", show_default=False),
    ] = None,
) -> None:
    """Train the scene model on pictures, and write its artifact to OUT/artifact."""
    from monitor_train.scene.sentiment import train

    report(train(source, settings, run, teacher))


@command(source=Scenes)
def evaluate_scene_sentiment(
    source: DataSet,
    artifact: Annotated[
        Path | None,
        typer.Option(help="Folder of the model, or a table of probabilities (.parquet).", show_default=SHIPPED),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another model or table, to compare with on the same pictures.")
    ] = None,
    runtime: RuntimeName = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a scene model on the test pictures of a set, one at a time."""
    from monitor_scene.analyzer import SHIPPED as OWN
    from monitor_train.scene.evaluate import evaluate

    print_figures(evaluate(artifact or OWN, source, against, runtime), as_json=as_json)


@command(source=Scenes, choice=Choice, student=PROFILE, run=comparison_run)
def ablate_scene_sentiment(source: DataSet, choice: Choice, student: Settings, run: Run) -> None:
    """Measure what distillation is worth: train teacher, network alone and network distilled, and compare all three."""
    from monitor_train.pictures.terminal import print_rows
    from monitor_train.scene.anp import teacher as anp_teacher
    from monitor_train.scene.comparison import FIGURES, compare, lines

    choice = replace(choice, init=student.init, convention=student.convention)
    teacher = anp_teacher.Settings(seed=student.seed)
    print_rows(f"{source.format} test", FIGURES, lines(compare(source, choice, teacher, student, run)))


@command(source=Scenes)
def fit_familiarity(
    source: DataSet,
    artifact: Annotated[Path, typer.Option(help="Folder of a scene model; it is changed.")],
    layer: Annotated[
        str, typer.Option(help="Output of the network's layer to compare; by default a middle one.", show_default=False)
    ] = "",
) -> None:
    """Teach a scene model what its training pictures are like, so that it says how far a frame is from them."""
    from monitor_train.scene.familiarity import fit

    typer.echo(f"artifact: {fit(artifact, source, layer).folder}")


@command(source=Scenes)
def measure_familiarity(
    source: DataSet,
    others: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Videos and pictures to compare with.")
    ] = None,
    artifact: Model = None,
    runtime: RuntimeName = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure how many test pictures, and how many frames of other files, are far from the training pictures."""
    from monitor_scene.analyzer import SHIPPED as OWN
    from monitor_train.pictures.tables import percent
    from monitor_train.pictures.terminal import print_rows
    from monitor_train.scene.familiarity import measure

    rows = measure(artifact or OWN, source, others or [], runtime)
    if as_json:
        typer.echo(json.dumps(rows))
        return
    cells = [
        (
            row["pictures"],
            f"{row['count']:,}",
            f"{row['median']:.0f} %",
            percent(row["far"], *row.get("far_interval", ()), unit=" %"),
        )
        for row in rows
    ]
    print_rows("pictures", ("count", "median unfamiliarity", "far outside"), cells)
