"""What `monitor train`, `monitor evaluate` and `monitor ablation` take for models of a crowd's labels.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor_train.crowd.settings import PROFILES, Settings
from monitor_train.pictures.options import AsJson, RuntimeName, command, comparison_run, profile_options
from monitor_train.pictures.settings import Run
from monitor_train.pictures.terminal import print_figures, print_over_draws, report

Pictures = Annotated[
    Path, typer.Option(help="Folder of pictures into which `monitor labels clean -o` wrote their labels.")
]
PROFILE = "MobileNetV2 at 64 pixels, or VGG16 at 224 with its convolutions kept."


@command(settings=profile_options(PROFILES, PROFILE), run=Run)
def train_crowd_vgg16(data: Pictures, settings: Settings, run: Run) -> None:
    """Train a face model on the cleaned labels of a crowd, and write its artifact to OUT/artifact."""
    from monitor_train.crowd.training import train
    from monitor_train.face.training_faces import FaceSet

    report(train(FaceSet(data, "crowd", run.out / "cache"), settings, run))
    typer.echo(f"learning curves, confusion matrix and worst mistakes: {run.out}")


@command()
def evaluate_crowd_vgg16(
    data: Pictures,
    artifact: Annotated[Path, typer.Option(help="Folder of the model.")],
    runtime: RuntimeName = "onnxruntime",
    as_json: AsJson = False,
) -> None:
    """Measure a face model on the pictures of a crowd's labels, one at a time: those of test.csv, or a tenth."""
    from monitor_train.face.evaluate import evaluate
    from monitor_train.face.training_faces import FaceSet

    print_figures(evaluate(artifact, FaceSet(data, "crowd", None), runtime=runtime), as_json=as_json)


@command(settings=profile_options(PROFILES, PROFILE, but=("hard",)), run=comparison_run)
def ablate_crowd_vgg16(
    data: Annotated[Path, typer.Option(help="Folder of FER+.")],
    settings: Settings,
    run: Run,
    method: Annotated[
        str, typer.Option(help="How the soft labels are cleaned, as `monitor labels clean` names it.")
    ] = "dawid-skene",
    answers: Annotated[int, typer.Option(min=1, help="Simulated answers per face.")] = 5,
    pictures: Annotated[int, typer.Option(min=50, help="Training faces per draw.")] = 1500,
    workers: Annotated[int, typer.Option(min=3, help="Simulated workers per draw.")] = 40,
    draws: Annotated[int, typer.Option(min=2, help="Independent draws of faces, workers and answers.")] = 5,
    draw: Annotated[
        Literal["labels", "votes"], typer.Option(help="What an answer is drawn by: label, or votes on the face.")
    ] = "votes",
    as_json: AsJson = False,
) -> None:
    """Measure what cleaning is worth: trained on cleaned soft labels, or on majority labels of the same answers."""
    from monitor_train.crowd.comparison import compare
    from monitor_train.pictures.comparison import write_figures

    found = compare(
        data, settings, run, method=method, answers=answers, pictures=pictures, workers=workers, draws=draws, draw=draw
    )
    write_figures(run.out / "ablation.json", found)
    if as_json:
        print_figures(found, as_json=True)
        return
    typer.echo(f"{found['training']}; {found['draws']} draws; measured on {found['data']}")
    print_over_draws("trained on", {**found["rows"], "gain of cleaning": found["gain"]})
